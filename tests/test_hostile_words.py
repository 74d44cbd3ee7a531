"""Words as a newcomer may write them, or a slip of the pen: one message, never a traceback."""

import math

import pytest

from ivigabm.errors import InputError, NotExpressible
from ivigabm.perturbation import THERAPY_KEYS, WORLD_KEYS, parse, resolve
from ivigabm.scenario import Scenario

LONGEST = 1200  # characters of a message: what is allowed may be a long list
ODD = [
    "", " ", ",", ":", "=", "nan", "inf", "-inf", "1e400", "-1e9", "é", "漢字", "💉", "IVIG",
    "\x00", "a" * 3000, "../../etc/passwd", "0:1x1000000000/1", "0:1x2", "x:1", "0:1x0/1",
    "1:1e300", True, math.nan, math.inf, 10**400, [""], [1, 2], {"a": 1}, b"bytes", object(),
]  # fmt: skip
KEYS = (*THERAPY_KEYS, *WORLD_KEYS, "set.antibody.subclasses", "transfer.give", "no_ivig", "")


@pytest.mark.parametrize("scenario", ["mouse_itp", "invitro_binding"])
@pytest.mark.parametrize("key", KEYS)
def test_nothing_odd_is_taken_and_nothing_breaks(scenario, key):
    host = Scenario.load(scenario)
    for value in ODD:
        if value is True and key in ("population", "no_ivig"):
            continue
        with pytest.raises(InputError) as caught:
            resolve(host, parse({key: value}))
        message = str(caught.value)
        assert 0 < len(message) < LONGEST, (key, value)
        assert "\n" not in message
        assert "\x00" not in message


@pytest.mark.parametrize(
    ("words", "kind", "hint"),
    [
        ({"knokout": "C5"}, InputError, "did you mean 'knockout'"),
        ({"knokout": None}, InputError, "did you mean 'knockout'"),
        ({"transfer.knokout": "C5", "transfer": "treg:9"}, InputError, "transfer.*'knockout'"),
        ({"knockout": "FcgRIIb"}, NotExpressible, "did you mean 'FcgRIIB'"),
        ({"hypothesis": "sialylation:required,sialylation:not_required"}, InputError, "required"),
        ({"block": "C5:0.2,C5:0.3"}, InputError, "C5 is said"),
        ({"block": "C5:"}, InputError, "a number is expected"),
        ({"therapy": "plasma_exchange@"}, InputError, "after @"),
        ({"therapy": 3}, InputError, "therapy: found '3'"),
        ({"give": "TNF:-1"}, InputError, "TNF.*allowed is 0"),
        ({"dose": True}, InputError, "dose"),
        ({"dose": 2, "schedule": "0:2"}, InputError, "both given"),
        ({"schedule": "0:2x99999/1"}, InputError, "COUNT.*10000"),
        ({"schedule": "0:5000"}, InputError, "dose.*20"),
        ({"no_ivig": "yes"}, NotExpressible, "on"),
        ({"set.parameters.fcrn.kint": 1}, InputError, "fcrn.k_int"),
        ({"set.parameters.fcrn.k_int": -1}, InputError, "k_int"),
        ({"set.days": 1e30}, InputError, "days"),
        ({"set.cells.macrophage": 1e30}, InputError, "macrophage"),
        ({"set.antibody.density": -1}, InputError, "density"),
        ({"antibody.dose": -1}, InputError, "antibody.dose"),
        ({"knockout": ["C5", 7]}, InputError, "knockout: found"),
    ],
)
def test_a_message_names_key_fault_and_what_is_allowed(words, kind, hint):
    with pytest.raises(kind, match=hint) as caught:
        resolve(Scenario.load("mouse_itp"), parse(words))
    assert type(caught.value) is kind


def test_the_same_said_twice_is_said_once():
    found = parse({"block": "C5:0.2,C5:0.2", "hypothesis": ["treg_role:cause"] * 2})
    assert found.block == (("C5", 0.2),)
    assert found.hypothesis == (("treg_role", "cause"),)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[target]\nkind='x'\nplase='blood'", "made_up.toml: key 'target.plase'.*'place'"),
        ("baseline_igg='baseline.iggg'", "'made_up', key 'baseline_igg'.*'baseline.igg'"),
        ("baseline_igg=-1", "made_up.toml: key 'baseline_igg"),
        ("[parameters]\n'fcrn.kint'=1", "'made_up', key 'parameters'.*'fcrn.k_int'"),
        ("[therapy]\nschedule='soon'", "'made_up', key 'therapy.schedule'.*DAY:DOSE"),
        ("[therapy]\npreparation='ivigg'", "'made_up', key 'therapy.preparation'.*'ivig'"),
        ("[target]\nkind='x'\nrepair='repair.nerv'", "key 'target.repair'"),
        ("[[antibody]]\nlabel='a'\nsubclasses={IgG7=1.0}", "'antibody.0.subclasses'.*IgG4"),
        ("[[antibody]]\nlabel='a'\nsubclasses={IgG1=1.0}\ndensity='dens'", "antibody.0.density"),
        ("days=nan", "made_up.toml: key 'days'"),
        ("days=[", "made_up.toml: cannot be read as TOML"),
    ],
)
def test_a_scenario_file_at_fault_is_told_by_its_key(tmp_path, text, hint):
    path = tmp_path / "made_up.toml"
    path.write_text(f"title='x'\nspecies='human'\n{text}\n", encoding="utf-8")
    with pytest.raises(InputError, match=hint) as caught:
        resolve(Scenario.load(path))
    assert len(str(caught.value)) < LONGEST
