"""Acts, counted from both sides: what the custodian asked for, and what trustees answered."""

from habeas.register.months import Counter, register


def counter(kind, count=1, writer="custodian", month="2027-01", **more):
    fields = {"office": "", "purpose": "", "service": "", "code": "", **more}
    return Counter(month=month, kind=kind, writer=writer, count=count, **fields)


DECIDE = {"office": "licensing-office", "purpose": "decide-application"}


def test_a_request_that_several_answer_is_one_act():
    told = [counter("requested", 3, **DECIDE)]
    told += [counter("released", 2, f"trustee-{n}", **DECIDE) for n in range(3)]
    told += [counter("refused", 1, f"trustee-{n}", code="withdrawn", **DECIDE) for n in range(4)]
    (act,) = register(told, 2).acts
    assert (act.asked, act.opened, act.refused) == (3, 3, {"withdrawn": 1})
    (act,) = register(told, 3).acts
    assert act.opened == 2


def test_parts_without_enough_others_opened_nothing_for_sure():
    told = [counter("requested", 1, **DECIDE), counter("released", 1, "trustee-1", **DECIDE)]
    (act,) = register(told, 2).acts
    assert act.opened == 0


def test_what_became_of_photos():
    told = [counter("sealed", 5), counter("withdrawn", 1, "")]
    told += [counter("erased", n, f"trustee-{n}") for n in (1, 2)]
    told += [counter("sealed", 1, month="2027-02")]
    found = register(told, 2)
    assert found.months == ("2027-01", "2027-02")
    assert (found.alive, found.withdrawn, found.expired) == (4, 1, 1)
    assert found.of_month("2027-02") == ()
