#!/usr/bin/env bash
# Everything that must hold before a change goes in; ./test.sh --help tells how. All steps run, also after one has failed.
# shellcheck disable=SC2317  # the functions are called through `check`
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit

usage='Usage: ./test.sh [OPTIONS] [-- PYTEST OPTIONS]

Checks the format, the code, the types, the layers, the derived files and the shell scripts, then runs the tests.
Makes .venv and installs what the tests need; without a Docker engine, the tests of the compose sandbox are left out.

  --fast      without the slow tests, containers, browser and notebooks: about a minute
  --native    without the tests of the compose sandbox
  --compose   without the tests of the native sandbox
  -h, --help  show this help

Examples:
  ./test.sh
  ./test.sh --fast
  ./test.sh --native -- -k gateway --exitfirst

Exit codes: 0 all well, 1 a step failed, 2 an unknown option.'

fast=0 native=1 compose=1 pytest_options=()
while [ $# -gt 0 ]; do
  case $1 in
    --fast) fast=1 ;;
    --native) compose=0 ;;
    --compose) native=0 ;;
    -h | --help)
      echo "$usage"
      exit
      ;;
    --)
      shift
      pytest_options=("$@")
      break
      ;;
    *)
      echo "Unknown option: $1. ./test.sh --help lists them." >&2
      exit 2
      ;;
  esac
  shift
done

# The tests leave a lab that runs here alone: their state and their containers are their own.
export PACSLAB_STATE=$PWD/tests/output/state COMPOSE_PROJECT_NAME=pacslab-tests PACSLAB_NET=198.18
unset PACSLAB_LANG LC_ALL LC_MESSAGES
unset PYTHONDONTWRITEBYTECODE # hundreds of programs are started: none is to compile everything anew
export LANG=C.UTF-8
mkdir -p "$PACSLAB_STATE" tests/output/container tests/output/chaos
chmod 777 tests/output/container tests/output/chaos # the containers' user writes there

now_ms() {
  local time=${EPOCHREALTIME:-${SECONDS}000000} # bash 3.2 (macOS) counts whole seconds only
  time=${time/[.,]/}
  echo $((time / 1000))
}

# What was run, how it ended and how long it took, and what was said by those that run beside the others.
notes=$(mktemp -d)
trap 'rm -rf "$notes"' EXIT
# check NAME COMMAND...: run one step, show its output, and note how it ended
check() {
  local name=$1 begin status=0 ms
  shift
  begin=$(now_ms)
  printf '\n── %s\n' "$name"
  "$@" || status=$?
  ms=$(($(now_ms) - begin))
  printf '%s  %-18s %4d.%d s\n' "$([ "$status" = 0 ] && echo '✓' || echo '✗')" "$name" $((ms / 1000)) $((ms % 1000 / 100)) >>"$notes/summary"
}

# What one processor does while the others begin with the tests.
derived() {
  check types mypy
  check catalogues python tools/catalogues.py check
  check notebooks python notebooks/build.py --check
  check readmes python tools/readme.py check
}

# The images of the compose sandbox, built while the environment is made: in the engine's cache, where the tests find them.
images() {
  if [ "$fast" = 1 ] || [ "$compose" = 0 ] || ! docker compose version || ! docker info; then return; fi
  local files=(--file docker-compose.yml --file tests/packaging/compose.test.yml)
  export COMPOSE_PROJECT_NAME=pacslab-images
  docker compose "${files[@]}" build
  docker compose "${files[@]}" down --rmi local
}

# What the test processes would all compile at once, compiled once: in a fresh clone, where nothing is.
compile() {
  compgen -G 'tests/__pycache__/conftest.*' >/dev/null || python -m pytest --collect-only -q >/dev/null 2>&1 || true
}

left_out=()
leave_out() {
  left_out+=("not $1")
  printf 'left out: the tests marked %s (%s)\n' "$1" "$2"
}

select_tests() {
  if [ "$fast" = 1 ]; then
    for marker in slow compose browser notebooks; do leave_out "$marker" --fast; done
  elif [ "$compose" = 0 ]; then
    leave_out compose --native
  elif ! docker info >/dev/null 2>&1; then
    leave_out compose 'no Docker engine answers'
  elif ! docker compose version >/dev/null 2>&1; then
    leave_out compose 'Docker has no Compose v2'
  fi
  [ "$native" = 1 ] || leave_out native --compose
  if [ "$fast" = 0 ] && ! command -v chromium chromium-browser google-chrome >/dev/null; then
    leave_out browser 'there is no Chromium'
  fi
}

run_pytest() {
  local expression='' part processes=4
  select_tests
  for part in ${left_out[@]+"${left_out[@]}"}; do expression+="${expression:+ and }$part"; done
  # tests that talk to programs wait more than they work: more processes than cores make use of that; the fast ones work
  [ "$fast" = 0 ] || processes=3
  python -m pytest --numprocesses "$processes" --dist loadfile --no-loadscope-reorder ${expression:+-m "$expression"} --durations=10 --durations-min=1 ${pytest_options[@]+"${pytest_options[@]}"}
}

images >/dev/null 2>&1 &
check environment ./start.sh --dev
PATH=$PWD/.venv/bin:$PATH
derived >"$notes/derived" 2>&1 &
check format ruff format --check
check lint ruff check
check layers lint-imports
if command -v shellcheck >/dev/null; then
  check scripts shellcheck start.sh test.sh pacslab .ci/run docker/*.sh tools/*.sh
else
  printf '\n── scripts: left out, there is no shellcheck\n'
fi
compile
check tests run_pytest
wait
cat "$notes/derived"

printf '\n%s\n' "$(cat "$notes/summary")"
! grep -q '^✗' "$notes/summary"
