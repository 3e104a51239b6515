import pytest

from stackroom.catalogue.marc import ItemFields, ItemMapping, from_json, items


def copies(mapping: ItemMapping, *rows: tuple[str, str]) -> list[ItemFields]:
    """Rows are (tag, "$aText$bmore")."""
    fields = [
        {tag: {"subfields": [{part[0]: part[1:]} for part in text.split("$")[1:]]}}
        for tag, text in rows
    ]
    record = from_json({"leader": "00000nam a2200000 i 4500", "fields": fields})
    return list(items(record, mapping))


@pytest.mark.parametrize(
    ("mapping", "text", "expected"),
    [
        (
            ItemMapping.HOLDINGS_852,
            "$aDLC$bMain$cStacks$kRef$hQ1$i.S3$p31234$t2$3v. 1",
            ItemFields("31234", "Ref Q1 .S3", "Main", "Stacks", None, "2", "v. 1", None),
        ),
        (
            ItemMapping.SIRSI_949,
            "$aPN241 .S65$wLC$c1$iX911$lSTKS$mALDERMAN$p$20$tBOOK",
            ItemFields("X911", "PN241 .S65", "ALDERMAN", "STKS", "BOOK", "1", None, None),
        ),
        (
            ItemMapping.SIRSI_999,
            "$aPN241 .S65$v4$c1$iX911$lSTKS$mALDERMAN$p31.99$tBOOK",
            ItemFields("X911", "PN241 .S65", "ALDERMAN", "STKS", "BOOK", "1", "4", "31.99"),
        ),
        (
            ItemMapping.KOHA_952,
            "$bCPL$cGEN$g12.50$h12/2001$oFIC AUS$p31234$t1$yBK",
            ItemFields("31234", "FIC AUS", "CPL", "GEN", "BK", "1", "12/2001", "12.50"),
        ),
        (
            ItemMapping.HOLDINGS_876,
            "$p31234$t1$3v. 2$lReserve$c9.00",
            ItemFields("31234", None, None, "Reserve", None, "1", "v. 2", "9.00"),
        ),
    ],
)
def test_each_system_keeps_its_items_in_its_own_field(
    mapping: ItemMapping, text: str, expected: ItemFields
) -> None:
    assert copies(mapping, (mapping.value, text)) == [expected]


@pytest.mark.parametrize("mapping", ItemMapping)
def test_a_field_without_a_barcode_describes_no_copy(mapping: ItemMapping) -> None:
    assert copies(mapping, (mapping.value, "$aQ1$p $i ")) == []


def test_other_fields_are_left_alone() -> None:
    assert copies(ItemMapping.KOHA_952, ("949", "$iX1"), ("999", "$iX2")) == []


def test_copies_keep_their_order() -> None:
    rows = [("952", f"$p{number}") for number in (3, 1, 2)]
    assert [copy.barcode for copy in copies(ItemMapping.KOHA_952, *rows)] == ["3", "1", "2"]


def test_an_876_takes_shelf_and_call_number_from_the_852_it_names() -> None:
    found = copies(
        ItemMapping.HOLDINGS_876,
        ("852", "$bfirestone$cstacks$hQ1$i.S3$8h1"),
        ("852", "$blewis$cserial$hQ2$8h2"),
        ("876", "$0h2$p1"),
        ("876", "$8h1$p2$lreserve"),
        ("876", "$0h9$p3"),
    )
    assert found == [
        ItemFields("1", "Q2", "lewis", "serial", None, None, None, None),
        ItemFields("2", "Q1 .S3", "firestone", "reserve", None, None, None, None),
        ItemFields("3", None, None, None, None, None, None, None),
    ]


def test_the_only_852_holds_for_every_876() -> None:
    (found,) = copies(ItemMapping.HOLDINGS_876, ("852", "$bmain$hQ1"), ("876", "$p1"))
    assert (found.library, found.call_number) == ("main", "Q1")
