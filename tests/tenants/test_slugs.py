import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants import slugs


@pytest.mark.parametrize("slug", ["north", "harbour-2", "a1b", "x" * 40, "st-gallen"])
def test_good_names(slug: str) -> None:
    assert slugs.check(slug) == slug


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "ab",
        "North",
        "1st",
        "-north",
        "north-",
        "a--b",
        "x" * 41,
        "no rth",
        "nörth",
        "a.b",
        "a_b",
    ],
)
def test_bad_names_say_the_rule(slug: str) -> None:
    with pytest.raises(slugs.BadSlug, match="lower-case"):
        slugs.check(slug)


@pytest.mark.parametrize("slug", ["www", "api", "admin", "stackroom"])
def test_reserved_names(slug: str) -> None:
    with pytest.raises(slugs.BadSlug, match="reserved"):
        slugs.check(slug)


@given(st.text(max_size=60))
def test_what_passes_is_a_dns_label(text: str) -> None:
    try:
        slug = slugs.check(text)
    except slugs.BadSlug:
        return
    assert slug.isascii()
    assert len(slug) <= 63
    assert slug == slug.lower().strip("-")
