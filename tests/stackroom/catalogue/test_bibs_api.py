"""Titles over the API: kept, changed without loss, found."""

from stackroom.testing.house import House

DARKNESS = {
    "title": "The left hand of darkness",
    "author": "Le Guin, Ursula K.",
    "isbns": ["0-441-47812-3"],
    "subjects": ["Science fiction", "Gender--Fiction"],
    "language": "eng",
    "year": 1969,
    "publisher": "Ace Books",
}


def test_a_title_is_made_from_fields_and_read_back(north: House) -> None:
    api = north.api("librarian")
    answer = api.post("/api/v1/bibs", json=DARKNESS)
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert made["isbns"] == ["9780441478125"]
    again = api.get(answer.headers["Location"])
    assert again.json == made
    assert {name: made[name] for name in DARKNESS if name != "isbns"} == {
        name: value for name, value in DARKNESS.items() if name != "isbns"
    }
    assert (made["items_total"], made["items_available"]) == (0, 0)


def test_a_title_is_found_by_its_words_at_once(north: House) -> None:
    api = north.api("librarian")
    made = api.post("/api/v1/bibs", json=DARKNESS).json
    answer = api.get("/api/v1/bibs?q=DÁRKNESS+guin")
    assert answer.status_code == 200, answer.text
    assert [found["id"] for found in answer.json["items"]] == [made["id"]]
    assert answer.json["total"] == 1
