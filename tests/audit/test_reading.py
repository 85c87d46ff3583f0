"""What the auditor reads, and how it says what it cannot read: in bounded time, with line and column."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lab.audit import AuditError, audit
from lab.audit.environment import read_environment
from lab.audit.examine import MAX_FINDINGS
from lab.audit.harden import harden
from lab.audit.jsonc import parse
from lab.audit.source import MAX_FILES, Source
from tests.audit.support import audited, found, within, write


def refusal(*paths: Path) -> str:
    with within(28), pytest.raises(AuditError) as caught:
        audit(list(paths))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{\n  "Name": "a"\n  "DicomAet": "B"\n}', "line 3, column 3: a comma or } is expected here"),
        ('{\n  "Name": "a",\n  Wrong: 1\n}', "line 3, column 3: a name in double quotes is expected here"),
        ('{ "Name": nope }', "line 1, column 11: a value is expected here"),
        ('{ "Name" "a" }', 'line 1, column 10: a colon is expected after "Name"'),
        ('{ "Name": "a" ', "line 1, column 14: a comma or } is expected here"),
        ('{ /* never closed\n "Name": "a" }', "line 1, column 3: this comment is never closed"),
        ('{ "Name": "a\\q" }', "line 1, column 11: this text has a backslash that means nothing"),
        ("[1]", "line 1, column 1: a configuration is an object and begins with {"),
        ('{} { "AuthenticationEnabled": true }', "column 4: Orthanc ignores whatever follows the closing brace"),
        ("", "line 1, column 1: a value is expected here"),
    ],
)
def test_unreadable_json_is_told_with_line_and_column(tmp_path: Path, text: str, reason: str) -> None:
    assert reason in refusal(write(tmp_path, "orthanc.json", text))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@given(st.dictionaries(st.text(), VALUES, max_size=5), st.sampled_from([None, 2]), st.booleans())
def test_plain_json_is_read_as_the_standard_library_reads_it(
    data: dict[str, Any], indent: int | None, ascii_only: bool
) -> None:
    assume("${" not in json.dumps(data))
    source = Source(Path("a.json"), json.dumps(data, indent=indent, ensure_ascii=ascii_only))
    node = parse(source)
    assert node.data == data
    for member in node.members:
        assert json.loads(source.text[member.value.start : member.value.end]) == member.value.data


@given(st.text(alphabet='{}[]",:/*\\ \nab1-e.$', max_size=60))
def test_whatever_is_no_json_is_refused_with_a_place_and_never_otherwise(text: str) -> None:
    refused = None
    try:
        parse(Source(Path("a.json"), text))
    except AuditError as error:
        refused = str(error)
    assert refused is None or re.search(r"line \d+, column \d+", refused)


def test_comments_and_trailing_commas_are_read_as_orthanc_reads_them(tmp_path: Path) -> None:
    text = '\ufeff// first\n{ /* a\n b */ "DicomAlwaysAllowFind": true, // "DicomAet": "X",\n "DicomModalities": { "a": ["A", "h", 1,], }, }\n'
    assert "dimse-find-open" in found(audited(tmp_path, text))


@pytest.mark.slow
def test_deep_nesting_is_refused_wherever_it_comes(tmp_path: Path) -> None:
    deep = '{"Dictionary": ' + '{"a": ' * 5000 + "1" + "}" * 5001
    assert "nested deeper than 64 levels" in refusal(write(tmp_path, "deep.json", deep))
    assert "nested deeper than 64 levels" in refusal(write(tmp_path, "list.json", '{"a": ' + "[" * 100_000))
    assert "nested deeper than 40 levels" in refusal(write(tmp_path, "deep.yml", "services: " + "[" * 50_000))
    assert "nested too deeply" in refusal(write(tmp_path, "deep.conf", "a { " * 5000))


def test_a_file_of_50_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert "too large for a configuration: more than 2 MB" in refusal(path)


@pytest.mark.slow
def test_a_large_but_allowed_file_is_read_quickly(tmp_path: Path) -> None:
    with within(42):
        entries = ",\n".join(f'"m{number}": ["A{number}", "10.0.0.1", 104]' for number in range(15_000))
        assert "dimse-store-open" in found(audited(tmp_path, f'{{"DicomModalities": {{{entries}}}}}'))


@pytest.mark.slow
def test_a_list_without_end_is_refused(tmp_path: Path) -> None:
    assert "more than 200000 values" in refusal(write(tmp_path, "a.json", '{"Dictionary": [' + "1," * 900_000 + "1]}"))


@pytest.mark.slow
def test_binaries_other_encodings_and_devices_are_refused(tmp_path: Path) -> None:
    binary = tmp_path / "a.json"
    binary.write_bytes(b"\x7fELF\0\0")
    latin = tmp_path / "b.json"
    latin.write_bytes('{\n"Name": "H\u00f4pital"}'.encode("latin-1"))
    pipe = tmp_path / "c.json"
    os.mkfifo(pipe)
    assert "is a binary file" in refusal(binary)
    assert "is not UTF-8 text: line 2" in refusal(latin)
    assert "is not a regular file" in refusal(pipe)
    assert "is not a regular file" in refusal(Path("/dev/zero"))
    assert "cannot be read: No such file" in refusal(tmp_path / "none.json")


def test_loops_of_links_and_of_includes_end(tmp_path: Path) -> None:
    (tmp_path / "self.json").symlink_to(tmp_path / "self.json")
    assert "cannot be read" in refusal(tmp_path / "self.json")
    folder = tmp_path / "loop"
    write(folder, "orthanc.json", {"DicomAlwaysAllowFind": True})
    (folder / "again.json").symlink_to(folder)
    assert "dimse-find-open" in found(audit([folder]))
    one = write(
        tmp_path, "one.conf", "include two.conf; server { listen 80; location / { proxy_pass http://orthanc:8042; } }"
    )
    write(tmp_path, "two.conf", "include one.conf;")
    assert "http-plaintext" in found(audit([one]))


def test_a_yaml_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "unfolds to more than 100000 values" in refusal(write(tmp_path, "bomb.yml", "\n".join(lines)))
    lines = ["x0: &x0 {k: v}"] + [f"x{n}: &x{n}\n  <<: [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 12)]
    lines += ["services:", "  orthanc:", "    image: orthancteam/orthanc", "    environment: *x11"]
    assert "unfolds to more than 100000 values" in refusal(write(tmp_path, "merge.yml", "\n".join(lines)))


def test_an_alias_that_contains_itself_is_refused_and_a_plain_one_is_read(tmp_path: Path) -> None:
    assert "an alias that contains itself" in refusal(write(tmp_path, "a.yml", "services: &a\n  b: *a\n"))
    text = """x-common: &common
  image: jodogne/orthanc
  ports: ["8042:8042"]
services:
  a: {<<: *common, user: orthanc}
  b: *common
"""
    report = audit([write(tmp_path, "b.yml", text)])
    assert {finding.hit.archive.name for finding in report.of("container-root") if finding.hit.archive} == {"b"}
    assert "bind-all" in found(report)


@pytest.mark.slow
def test_a_large_compose_file_is_read(tmp_path: Path) -> None:
    services = "".join(f"  s{n}:\n    image: orthancteam/orthanc:26.8.1\n    user: orthanc\n" for n in range(1000))
    assert "http-default-creds" not in found(audit([write(tmp_path, "large.yml", f"services:\n{services}")]))


@pytest.mark.slow
def test_unreadable_yaml_and_nginx_are_told_with_the_line(tmp_path: Path) -> None:
    assert "YAML: line 2, column 7" in refusal(write(tmp_path, "a.yml", "services:\n  a: b: c\n"))
    assert 'line 1: unexpected end of file, expecting "}"' in refusal(write(tmp_path, "a.conf", "server { listen 80;"))
    assert "is empty" in refusal(write(tmp_path, "b.yml", "# nothing\n"))


def test_what_is_no_configuration_is_said(tmp_path: Path) -> None:
    assert "is no configuration that the audit knows" in refusal(write(tmp_path, "notes.txt", "Dear colleague, ..."))
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "There is no configuration in the folder" in refusal(empty)


def test_files_without_an_orthanc_are_not_called_clean(tmp_path: Path) -> None:
    for name, text in (
        ("a.yml", "services:\n  web:\n    image: nginx\n"),
        ("a.conf", "server { listen 80; root /srv; }"),
    ):
        assert "There is no Orthanc in these files" in refusal(write(tmp_path, name, text))


@pytest.mark.slow
def test_odd_values_are_survived(tmp_path: Path) -> None:
    odd = {
        "DicomModalities": 5,
        "RegisteredUsers": [1],
        "OrthancPeers": {"a": None, "b": [], "c": 7},
        "HttpPort": "x",
        "DicomWeb": {"Servers": 1},
    }
    assert "wrong-type" in found(audited(tmp_path, odd))
    assert "a value is expected here" in refusal(write(tmp_path, "number.json", '{"HttpPort": ' + "1" * 100_000 + "}"))
    text = """services:
  a: hello
  b: null
  orthanc:
    image: orthancteam/orthanc:99999999999999999999.1.1
    ports: [8042, "a:b:c", "8042-8050:8042-8050", 0x10, {target: x}]
    environment: [A, B=, "=c", "ORTHANC__=1", "ORTHANC____=2", "ORTHANC__HTTP_PORT=true"]
    volumes: {x: y}
    user: {a: b}
"""
    assert "wrong-type" in found(audit([write(tmp_path, "odd.yml", text)]))
    assert "a semicolon or a closing brace is missing" in refusal(write(tmp_path, "end.conf", "server a b"))
    conf = "server { listen; listen unix:/x; proxy_pass; } upstream u { server; } server { proxy_pass http://u; add_header A; }"
    assert "no Orthanc" in refusal(write(tmp_path, "odd.conf", conf))


@pytest.mark.slow
def test_many_servers_are_looked_at_quickly(tmp_path: Path) -> None:
    with within(42):
        server = "server { listen 80; location / { proxy_pass http://orthanc:8042; } }\n"
        report = audit([write(tmp_path, "many.conf", server * 3000)])
        assert {rule.id: len(report.of(rule.id)) for rule in report.cut} == {
            "http-plaintext": MAX_FINDINGS,
            "http-no-ratelimit": MAX_FINDINGS,
        }


def test_what_looks_like_a_variable_without_end_is_read_quickly(tmp_path: Path) -> None:
    with within(14):
        blanks = " " * 200_000
        text = (
            f"ORTHANC__DICOM_ALWAYS_ALLOW_FIND=true\nA=x{blanks}y\nexport{blanks}=\n{blanks}B{blanks}C=1\nD='{blanks}\n"
        )
        assert "dimse-find-open" in found(audit([write(tmp_path, "a.env", text)]))


@pytest.mark.slow
def test_many_unknown_options_are_looked_at_quickly(tmp_path: Path) -> None:
    with within(42):
        report = audited(tmp_path, {"DicomAet": "A", **{f"Unknown{number}": number for number in range(60_000)}})
        assert len(report.of("unknown-option")) == MAX_FINDINGS


def test_a_folder_of_too_many_files_is_refused_before_they_are_read(tmp_path: Path) -> None:
    for number in range(MAX_FILES):
        write(tmp_path, f"a{number:03}.json", {})
    (tmp_path / "z.json").write_bytes(b"\0")  # would be refused for itself, were it read
    assert f"More than {MAX_FILES} files" in refusal(tmp_path)


@pytest.mark.slow
def test_an_nginx_configuration_without_end_is_refused(tmp_path: Path) -> None:
    assert "too large for an nginx configuration" in refusal(write(tmp_path, "a.conf", "gzip on;\n" * 50_000))
    for number in range(20):
        write(tmp_path, f"s{number}.inc", f"include s{number + 1}.inc;\n" * 2)
    assert "comes to more than 50000 directives" in refusal(write(tmp_path, "b.conf", "include s0.inc;"))


@pytest.mark.slow
def test_what_could_keep_an_expression_busy_is_read_quickly(tmp_path: Path) -> None:
    with within(56):
        assert "no configuration that the audit knows" in refusal(write(tmp_path, "word", "a" * 500_000))
        variables = f"services: {{a: {{image: orthancteam/orthanc, environment: {{A: '{'${a-' * 60_000}'}}}}}}"
        assert "container-root" in found(audit([write(tmp_path, "a.yml", variables)]))
        origins = "map $http_origin $a { " + '"~^https://[a-z]+(.example)*$" $http_origin; ' * 2000 + "} "
        header = "location /a { add_header Access-Control-Allow-Origin $a; proxy_pass http://orthanc:8042; } "
        text = f"{origins} server {{ listen 443 ssl; {header * 1500} }}"
        assert "cors-wildcard" in found(audit([write(tmp_path, "a.conf", text)]))


def test_files_that_are_too_large_together_are_refused(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path, f"{number}.json", "{}" + " " * 1_900_000)
    assert "too large together" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("line", "value", "after"),
    [
        ("A=false # until Monday", "false", "A=true # until Monday"),
        ("export A = 'a # b'  # c", "a # b", "export A = true  # c"),
        ('A="false"\r', "false", "A=true\r"),
        ("A=", "", "A=true"),
        ("A=it's # fine", "it's", "A=true # fine"),
    ],
)
def test_a_variable_is_read_without_quotes_and_comment_and_replaced_alone(line: str, value: str, after: str) -> None:
    (variable,) = read_environment(Source(Path("a.env"), line))
    assert (variable.name, variable.value) == ("A", value)
    assert variable.span
    start, end = variable.span
    assert f"{line[:start]}true{line[end:]}" == after


def test_the_kind_of_a_file_without_a_telling_name_is_seen_in_it(tmp_path: Path) -> None:
    assert "dimse-find-open" in found(audit([write(tmp_path, "config", '// mine\n{"DicomAlwaysAllowFind": true}')]))
    assert "dimse-find-open" in found(
        audit([write(tmp_path, "env", "# mine\nORTHANC__DICOM_ALWAYS_ALLOW_FIND=true\n")])
    )
    assert "bind-all" in found(
        audit([write(tmp_path, "project", "services:\n  a:\n    image: jodogne/orthanc\n    ports: ['8042:8042']\n")])
    )


def test_files_of_a_folder_are_merged_and_a_name_in_two_of_them_is_found(tmp_path: Path) -> None:
    write(tmp_path, "a.json", {"RemoteAccessAllowed": True, "DicomAet": "A"})
    write(tmp_path, "b.json", {"AuthenticationEnabled": False, "DicomAet": "B"})
    report = audit([tmp_path])
    assert "http-no-auth" in found(report)
    (twice,) = report.of("duplicate-option")
    assert (twice.place.file, twice.place.line) == (str(tmp_path / "b.json"), 3)


BASE = """services:
  pacs:
    image: orthancteam/orthanc:26.8.1
    user: orthanc
    environment:
      ORTHANC__REGISTERED_USERS: "${USERS}"
"""
OPEN = """services:
  pacs:
    ports: ["8042:8042"]
    environment:
      - ORTHANC__AUTHENTICATION_ENABLED=false
"""


@pytest.mark.parametrize("named", [["compose.yml"], ["compose.yml", "compose.override.yml"], ["."]])
def test_an_override_is_laid_over_its_compose_file(named: list[str], tmp_path: Path) -> None:
    write(tmp_path, "compose.yml", BASE)
    write(tmp_path, "compose.override.yml", OPEN)
    report = audit([tmp_path / name for name in named])
    assert [archive.name for archive in report.deployment.archives] == ["pacs"]
    (open_,) = report.of("http-no-auth")
    assert (open_.place.file, open_.place.line) == (str(tmp_path / "compose.override.yml"), 5)
    assert "bind-all" in found(report)
    (file,) = harden(report).files
    assert "- ORTHANC__AUTHENTICATION_ENABLED=true" in file.text
    assert "127.0.0.1:8042:8042" in file.text


def test_an_override_replaces_commands_resets_what_it_says_and_two_whole_files_are_two_deployments(
    tmp_path: Path,
) -> None:
    base = write(tmp_path, "a.yml", BASE + "    command: [--trace]\n    privileged: true\n")
    over = write(
        tmp_path, "b.yml", "services: {pacs: {command: [/etc/orthanc], ports: !override [], privileged: false}}"
    )
    assert {"log-trace", "container-privileged"} <= found(audit([base]))
    assert found(audit([base, over])) == set()
    assert len(audit([base, write(tmp_path, "c.yml", BASE)]).deployment.archives) == 2


def test_an_override_may_take_away(tmp_path: Path) -> None:
    base = write(tmp_path, "compose.yml", BASE + "    privileged: true\n    ports: ['8042:8042']\n")
    over = write(tmp_path, "b.yml", "services: {pacs: {privileged: !reset false, ports: !reset []}}")
    assert {"container-privileged", "bind-all"} <= found(audit([base]))
    assert found(audit([base, over])) == set()


def test_a_service_has_what_it_takes_from_another(tmp_path: Path) -> None:
    text = BASE + "    privileged: true\n  second:\n    extends: pacs\n    ports: ['8042:8042']\n"
    text += "  third: {extends: {service: second}}\n  a: {extends: b}\n  b: {extends: a}\n"
    report = audit([write(tmp_path, "compose.yml", text)])
    assert [archive.name for archive in report.deployment.archives] == ["pacs", "second", "third"]
    assert [str(finding.hit.message) for finding in report.of("bind-all")] == [
        "Port 8042 of second is published on every address.",
        "Port 8042 of third is published on every address.",
    ]


def test_includes_of_a_copied_folder_are_followed_and_a_snippet_counts_at_each_place(tmp_path: Path) -> None:
    server = "server {{ listen {port} ssl; include {snippet}; location / {{ proxy_pass http://127.0.0.1:8042; }} }}\n"
    snippet = "/etc/nginx/snippets/limit.conf"
    main = write(
        tmp_path,
        "nginx.conf",
        "events {} http { server_tokens off; limit_req_zone $a zone=a:1m rate=1r/s; include /etc/nginx/conf.d/*.conf; }",
    )
    write(
        tmp_path,
        "conf.d/site.conf",
        server.format(port=443, snippet=snippet) + server.format(port=8443, snippet=snippet),
    )
    write(tmp_path, "snippets/limit.conf", "limit_req zone=a; auth_basic hospital;")
    orthanc = write(tmp_path, "orthanc.json", {"AuthenticationEnabled": False, "DicomServerEnabled": False})
    report = audit([main, orthanc])
    assert len(report.deployment.web_routes) == 2
    assert "http-no-ratelimit" not in found(report)
    assert [finding.severity for finding in report.of("http-no-auth")] == ["medium"]


@pytest.mark.slow
def test_files_outside_the_folder_of_an_nginx_configuration_are_not_opened(tmp_path: Path) -> None:
    write(tmp_path, "else.conf", "server { listen 80; location / { proxy_pass http://orthanc:8042; } }")
    for pattern in ("../else.conf", str(tmp_path / "else.conf"), "/etc/nginx/../else.conf"):
        assert "no Orthanc" in refusal(write(tmp_path / "nginx", "nginx.conf", f"include {pattern};"))


def test_an_unknown_option_names_the_nearest_and_plugins_are_left_alone(tmp_path: Path) -> None:
    report = audited(tmp_path, {"AuthentificationEnabled": True, "OrthancExplorer2": {}, "MyOwnPlugin": {"a": 1}})
    (slip,) = report.of("unknown-option")
    assert (
        str(slip.hit.message) == "Orthanc has no option 'AuthentificationEnabled'. Did you mean AuthenticationEnabled?"
    )


def test_a_value_of_the_wrong_type_is_found(tmp_path: Path) -> None:
    (wrong,) = audited(tmp_path, {"AuthenticationEnabled": "false"}).of("wrong-type")
    assert "expects boolean" in str(wrong.hit.message)


def test_values_that_the_environment_gives_are_not_guessed(tmp_path: Path) -> None:
    text = '{"RemoteAccessAllowed": true, "RegisteredUsers": "${USERS}", "AuthenticationEnabled": ${AUTH}, "DicomAet": "${AET:-ORTHANC}"}'
    report = audited(tmp_path, text)
    assert {"http-no-auth", "http-default-creds", "wrong-type"}.isdisjoint(found(report))
    assert "dimse-default-aet" in found(report)
