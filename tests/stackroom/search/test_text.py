"""Words as they are compared."""

import pytest

from stackroom.search.text import LONGEST_WORD, fold, words


@pytest.mark.parametrize(
    ("typed", "indexed"),
    [
        ("ÉLAN vital", "elan vital"),
        ("Straße", "strasse"),
        ("ﬁnal œuvre", "final oeuvre"),
        ("Łódź", "lodz"),
        ("Ｄｕｎｅ", "dune"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("Ёлка", "елка"),
        ("İstanbul", "istanbul"),
    ],
)
def test_case_accents_and_ligatures_do_not_matter(typed: str, indexed: str) -> None:
    assert fold(typed) == indexed


def test_scripts_without_case_keep_their_letters() -> None:
    assert words("हिन्दी ไทย 한국어") == ["हिन्दी", "ไทย", "한국어"]


def test_han_and_kana_are_words_one_by_one() -> None:
    assert words("日本史abc") == ["日", "本", "史", "abc"]


def test_punctuation_separates_and_disappears() -> None:
    assert words("O'Brien's “Catch-22”; a_b") == ["o", "brien", "s", "catch", "22", "a", "b"]


def test_a_word_without_end_is_cut() -> None:
    assert [len(word) for word in words("a" * 5000)] == [LONGEST_WORD]
