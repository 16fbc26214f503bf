"""Templates of an offer's folder that somebody wrote to reach, spend or break something: each is one clear error."""

import resource

import pytest
from jinja2 import TemplateError

from infra.mail.render import render, template_faults
from optex.notices import Kind
from optex.specimens import specimens
from optex.terms_reader import parse_terms
from tests.infra.conftest import OFFER

OPENED = specimens(parse_terms(OFFER))[Kind.OFFER_OPENED]
SPENT = "writes more than 5,000,000 characters, or loops without end"


@pytest.fixture
def own(tmp_path):
    """The templates of an offer; a secret lies beside them."""
    (tmp_path / "secret.txt").write_text("hunter2")
    (tmp_path / "templates").mkdir()
    return tmp_path / "templates"


def written(own, text):
    (own / "offer-opened.j2").write_text(text)
    return render("offer-opened", OPENED.data, own)


@pytest.mark.parametrize(
    "walk",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ (''|attr('__class__')).mro() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ holder.__class__ }}",
        "{{ '{0.__class__.__init__}'.format(self) }}",
        "{% set f = '{0.__class__}'.format %}{{ f(range) }}",
        "{{ ui.__dict__ }}",
        "{{ options.append(1) }}",
        "{% include '../secret.txt' %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
    ],
)
def test_a_template_reaches_nothing_but_its_letter(own, walk):
    """Neither Python's own attributes, nor files outside its folder; and it changes nothing of what it is given."""
    with pytest.raises(TemplateError, match=r"unsafe|no template|not safe"):
        written(own, walk)
    assert OPENED.data["options"]


def test_a_link_leads_nowhere(own):
    """A template that lies elsewhere behind a link is not read, when it is named itself and when it is included."""
    (own / "hint.j2").symlink_to("../secret.txt")
    with pytest.raises(TemplateError, match="hint"):
        written(own, "{% include 'hint.j2' %}")
    assert ["templates/hint.j2:1: template: is no file of this folder, expected a Jinja template"] == [
        str(fault) for fault in template_faults(own)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ 'x' * 10**9 }}", SPENT),
        ("{{ 10**9 * 'x' }}", SPENT),
        ("{{ ['x'] * 10**8 }}", SPENT),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", SPENT),
        ("{% for a in range(99999) %}" + "word " * 100 + "{% endfor %}", SPENT),
        ("{% set n = namespace(x='xx') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}", SPENT),
        ("{% set n = namespace(x='xx') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}", SPENT),
        (
            "{% set n = namespace(x=['x']) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
            SPENT,
        ),
        ("{% set a %}" + "x" * 99 + "{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 60, SPENT),
        ("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}", SPENT),
        ("{% set n = namespace(x='x' * 9999) %}{{ n.x | replace('x', n.x) }}", SPENT),
        ("{{ (['x' * 9999] * 9999) | join }}", SPENT),
        ("{{ 'x'.join(['x' * 9999] * 9999) }}", SPENT),
        ("{{ 'x' | center(10**9) }}", "center with a number beyond 10,000"),
        ("{{ 'x'.ljust(10**9) }}", "ljust with a number beyond 10,000"),
        ("{{ '{:1000000000}'.format(1) }}", "wider than any line"),
        ("{{ '{:{w}}'.format(1, w=10**9) }}", "wider than any line"),
        ("{{ '%1000000000d' % 1 }}", "a text is not filled in by %"),
        ("{{ 9 ** 9 ** 9 }}", "a power beyond measure"),
        ("{{ range(10**9) | list }}", "Range too big"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "calls itself without end"),
        ("{% include 'offer-opened.j2' %}", "calls itself without end"),
        ("{{ lipsum(9999) }}", "'lipsum' is undefined"),
        ("\n{{ 1 / 0 }}", "division by zero"),
        ("\n{{ holder.name.upper(1, 2) }}", "takes no arguments"),
        ("\n{{ terms | day }}", ""),
    ],
)
def test_what_a_template_spends_is_bounded(own, text, said):
    """Loops, texts, numbers and calls without end stop, within the memory of a long letter, and say where."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TemplateError) as error:
        written(own, text)
    assert said in str(error.value)
    assert str(error.value).endswith(f"(templates/offer-opened.j2, line {text.count(chr(10)) + 1})")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


def test_a_template_says_it_otherwise(own):
    """Loops, macros, joined and formatted texts, our own layout and filters: what letters are written with."""
    text, html = written(
        own,
        "{% extends layout %}{% block letter %}{% macro m(x) %}<{{ x }}>{% endmacro %}"
        "{{ 'Dear ' ~ holder.name }}: {{ '{:,}'.format(1234567) }} {{ m('a') }} {{ (1, 2) | join('+') }} "
        "{% for option in options %}{{ loop.index }}. {{ option.grant_id }} {% endfor %}{% endblock %}",
    )
    assert "Dear [Name of holder]: 1,234,567 <a> 1+2 1. " in text
    assert "Dear [Name of holder]: 1,234,567 &lt;a&gt; 1+2" in html.replace("<a>", "&lt;a&gt;")


def test_what_cannot_be_written_is_told_by_file_and_line(folder):
    """When the folder is read, ahead of any letter: of the file in which it goes wrong, whichever letter is written."""
    (folder / "templates").mkdir()
    (folder / "templates" / "reminder.j2").write_text(
        "{% extends layout %}\n{% block letter %}\n{{ colour }}\n{% endblock %}"
    )
    (folder / "templates" / "closing.j2").write_text("Yours,\n{{ nobody }}")
    (folder / "templates" / "grant.j2").write_text("Dear,\n{% include 'closing.j2' %}")
    assert {
        "templates/reminder.j2:3: template: 'colour' is undefined, expected a Jinja template",
        "templates/closing.j2:2: template: 'nobody' is undefined, expected a Jinja template",
    } == set(folder.faults())


@pytest.mark.parametrize(
    "text",
    [
        "{{",
        "{% if %}",
        "{{" + "(" * 20_000 + "}}",
        "{{" + "[" * 150 + "]" * 150 + "}}",
        "{%if 1%}" * 3_000,
        "{{ 1 | no }}",
    ],
)
def test_what_is_no_template_is_told_by_file_and_line(folder, text):
    """One fault, also where it lies so deep that Jinja, or Python itself, gives it up."""
    (folder / "templates").mkdir()
    (folder / "templates" / "reminder.j2").write_text("\n" + text)
    [fault] = folder.faults()
    assert fault.startswith("templates/reminder.j2:")
    assert len(fault) < 200
