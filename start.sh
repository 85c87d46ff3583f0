#!/usr/bin/env bash
# Start the lab; ./start.sh --help tells how. Runs on any bash since 3.2 (macOS), with or without a terminal.
set -euo pipefail
case ${PACSLAB_STATE:-/} in /*) ;; *) export PACSLAB_STATE=$PWD/$PACSLAB_STATE ;; esac
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
umask 022

# ------------------------------------------------------------------------------------------------ what is said, in both languages

language() {
  local asked=${PACSLAB_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}
  case $asked in fr* | FR*) echo fr ;; *) echo en ;; esac
}

# text KEY [VALUE...]: the message in the language of this run. One line for each: key, English, French.
text() {
  local key=$1 en fr
  shift
  case $key in
    native) en='Sandbox: native (bubblewrap, on this machine)' fr='Bac à sable : natif (bubblewrap, sur cette machine)' ;;
    docker) en='Sandbox: Docker containers' fr='Bac à sable : conteneurs Docker' ;;
    no_python)
      en='No Python 3.11 or newer with its venv module was found. Install it (Debian, Ubuntu: apt-get install python3-venv) and start again.'
      fr="Aucun Python 3.11 ou plus récent avec son module venv n'a été trouvé. Installez-le (Debian, Ubuntu : apt-get install python3-venv), puis relancez." ;;
    venv) en='Python environment .venv, new' fr='Environnement Python .venv, neuf' ;;
    packages) en='Python packages of %s' fr='Paquets Python de %s' ;;
    itself) en='pacslab itself' fr='pacslab lui-même' ;;
    venv_ready) en='Python environment .venv is up to date' fr="L'environnement Python .venv est à jour" ;;
    system_ready) en='Orthanc, nginx and bubblewrap are there' fr='Orthanc, nginx et bubblewrap sont là' ;;
    apt_root) en='Installing these packages with apt-get: %s' fr='Installation de ces paquets avec apt-get : %s' ;;
    apt_sudo) en='Installing these packages with sudo apt-get (you may be asked for your password): %s' fr='Installation de ces paquets avec sudo apt-get (votre mot de passe peut être demandé) : %s' ;;
    apt_services) en='Their own services are not started and are switched off: the lab runs its own, in the sandbox.' fr="Leurs propres services ne sont pas démarrés et sont désactivés : le lab lance les siens, dans le bac à sable." ;;
    apt) en='System packages' fr='Paquets du système' ;;
    apt_refused) en='These packages are missing and this user cannot install them: %s' fr='Ces paquets manquent et cet utilisateur ne peut pas les installer : %s' ;;
    apt_yourself) en='Run as an administrator:  apt-get install %s' fr="En tant qu'administrateur, lancez :  apt-get install %s" ;;
    install_these) en='The native sandbox needs programs that are missing here: %s' fr="Le bac à sable natif a besoin de programmes qui manquent ici : %s" ;;
    no_such_orthanc)
      en='ORTHANC_BIN names %s, which is no program. Name Orthanc itself, or leave it out to take the one on the PATH.'
      fr="ORTHANC_BIN désigne %s, qui n'est pas un programme. Indiquez Orthanc lui-même, ou omettez-la pour utiliser celui du PATH." ;;
    install_how)
      en='Install Orthanc 1.10 or newer (ORTHANC_BIN may name its program), nginx with its stream module, and bubblewrap with your
system'"'"'s package manager (Fedora: dnf install orthanc nginx nginx-mod-stream bubblewrap), or use Docker: ./start.sh --docker'
      fr="Installez Orthanc 1.10 ou plus récent (ORTHANC_BIN peut désigner son programme), nginx avec son module stream, et bubblewrap avec
le gestionnaire de paquets de votre système (Fedora : dnf install orthanc nginx nginx-mod-stream bubblewrap), ou utilisez Docker : ./start.sh --docker" ;;
    not_linux) en='The native sandbox needs Linux. Install Docker (or Docker Desktop), start it, and run ./start.sh again.' fr='Le bac à sable natif demande Linux. Installez Docker (ou Docker Desktop), démarrez-le, puis relancez ./start.sh.' ;;
    no_isolation)
      en='bubblewrap cannot make a sandbox on this machine, so the lab does not start: it would not be isolated.'
      fr="bubblewrap ne peut pas créer de bac à sable sur cette machine : le lab ne démarre pas, il ne serait pas isolé." ;;
    userns_apparmor)
      en='AppArmor keeps ordinary users from making user namespaces (Ubuntu 24.04). Either use Docker (./start.sh --docker), or allow it until the next reboot:'
      fr="AppArmor interdit aux utilisateurs ordinaires de créer des espaces de noms (Ubuntu 24.04). Utilisez Docker (./start.sh --docker), ou autorisez-le jusqu'au redémarrage :" ;;
    userns_off)
      en='User namespaces are switched off in this kernel. Either use Docker (./start.sh --docker), or allow them until the next reboot:'
      fr="Les espaces de noms utilisateur sont désactivés dans ce noyau. Utilisez Docker (./start.sh --docker), ou autorisez-les jusqu'au redémarrage :" ;;
    userns_other)
      en='Inside a container this is usual: start the lab outside, or use Docker (./start.sh --docker). What bubblewrap said:'
      fr="C'est courant dans un conteneur : lancez le lab en dehors, ou utilisez Docker (./start.sh --docker). Ce qu'a dit bubblewrap :" ;;
    no_engine) en='No Docker engine answers (docker version says: %s). Start Docker, or use the native sandbox on Linux: ./start.sh --native' fr='Aucun moteur Docker ne répond (docker version dit : %s). Démarrez Docker, ou utilisez le bac à sable natif sous Linux : ./start.sh --native' ;;
    no_compose) en='Docker answers, but has no Compose v2 (docker compose). Install the package docker-compose-plugin or docker-compose-v2.' fr='Docker répond, mais sans Compose v2 (docker compose). Installez le paquet docker-compose-plugin ou docker-compose-v2.' ;;
    port_taken) en='Port %s is taken on this machine; using %s instead.' fr="Le port %s est pris sur cette machine ; utilisation du port %s à la place." ;;
    newer)
      en="Orthanc 1.13 or newer of Debian's next release (about 70 MB the first time; nothing of this system is changed)"
      fr="Orthanc 1.13 ou plus récent de la prochaine Debian (environ 70 Mo la première fois ; rien ne change sur ce système)" ;;
    images) en='Images of the three containers' fr='Images des trois conteneurs' ;;
    images_kept) en='The images could not be built anew (no network?); the ones built before are used. Why: %s' fr="Les images n'ont pas pu être reconstruites (pas de réseau ?) ; celles d'avant sont utilisées. Pourquoi : %s" ;;
    containers) en='Containers archive, gateway, notebooks' fr='Conteneurs archive, gateway, notebooks' ;;
    overlap) en='The networks %s.x belong to another lab that runs here. Stop it, or start this one with PACSLAB_NET=198.18' fr='Les réseaux %s.x appartiennent à un autre lab qui tourne ici. Arrêtez-le, ou lancez celui-ci avec PACSLAB_NET=198.18' ;;
    ended) en='The notebooks container has ended; its last lines stand above.' fr="Le conteneur notebooks s'est arrêté ; ses dernières lignes sont ci-dessus." ;;
    detached) en='The lab goes on in the background. To end it: ./pacslab stop' fr="Le lab continue en arrière-plan. Pour l'arrêter : ./pacslab stop" ;;
    stopping) en='Containers stopped and removed' fr='Conteneurs arrêtés et supprimés' ;;
    failed) en='failed after %s; the end of %s:' fr='échec après %s ; la fin de %s :' ;;
    prepared) en='Everything is installed. Start the lab with ./start.sh' fr='Tout est installé. Lancez le lab avec ./start.sh' ;;
    fewer_tests) en='The tests that need them will be skipped.' fr='Les tests qui en ont besoin seront sautés.' ;;
    not_writable)
      en='The folder %s belongs to another user (was the lab started as root before?). Give it back with chown, or name another one in PACSLAB_STATE.'
      fr="Le dossier %s appartient à un autre utilisateur (le lab a-t-il été lancé en root ?). Rendez-le avec chown, ou indiquez-en un autre dans PACSLAB_STATE." ;;
    bad_option) en='Unknown option: %s. ./start.sh --help lists them.' fr='Option inconnue : %s. ./start.sh --help les liste.' ;;
    no_value) en='%s needs a value: en or fr.' fr='%s demande une valeur : en ou fr.' ;;
    help)
      en='Usage: ./start.sh [OPTIONS]

Starts the imaging lab: a sandboxed archive with synthetic patients, and JupyterLab with the course. Prints one address to
open, and stays until Ctrl-C, which ends everything.

  --docker       run the lab in containers (the default where a Docker engine answers)
  --native       run it without Docker, in a bubblewrap sandbox (Linux; the default otherwise)
  --detach       return once the lab is up; ./pacslab stop ends it
  --no-jupyter   without JupyterLab, for work in the terminal with ./pacslab
  --newer-orthanc
                 with a current Orthanc, from the next release of Debian (for the weakness outdated)
  --lang en|fr   language of the lab (default: PACSLAB_LANG, else the language of your system)
  --prepare      install what is needed (or build the images), start nothing
  --dev          install what the tests need as well, start nothing
  -h, --help     show this help

Examples:
  ./start.sh                       start, open the printed address, end with Ctrl-C
  ./start.sh --lang fr             the same in French
  ./start.sh --native --detach     without Docker, in the background
  ./pacslab status                 ask a running lab how it is
  PACSLAB_JUPYTER_PORT=9000 ./start.sh

Exit codes: 0 ended or started well, 1 something failed, 2 this machine cannot run it as asked.'
      fr="Usage : ./start.sh [OPTIONS]

Lance le lab d'imagerie : une archive dans un bac à sable avec des patients synthétiques, et JupyterLab avec le cours. Affiche
une adresse à ouvrir et reste jusqu'à Ctrl-C, qui arrête tout.

  --docker       lance le lab dans des conteneurs (par défaut là où un moteur Docker répond)
  --native       le lance sans Docker, dans un bac à sable bubblewrap (Linux ; par défaut sinon)
  --detach       rend la main une fois le lab prêt ; ./pacslab stop l'arrête
  --no-jupyter   sans JupyterLab, pour travailler au terminal avec ./pacslab
  --newer-orthanc
                 avec un Orthanc actuel, celui de la prochaine Debian (pour la faiblesse outdated)
  --lang en|fr   langue du lab (par défaut : PACSLAB_LANG, sinon la langue de votre système)
  --prepare      installe ce qu'il faut (ou construit les images), ne lance rien
  --dev          installe aussi ce que demandent les tests, ne lance rien
  -h, --help     affiche cette aide

Exemples :
  ./start.sh                       lancer, ouvrir l'adresse affichée, arrêter avec Ctrl-C
  ./start.sh --lang en             la même chose en anglais
  ./start.sh --native --detach     sans Docker, en arrière-plan
  ./pacslab status                 demander à un lab lancé comment il va
  PACSLAB_JUPYTER_PORT=9000 ./start.sh

Codes de retour : 0 arrêté ou lancé normalement, 1 un échec, 2 cette machine ne peut pas le lancer ainsi." ;;
    *) en=$key fr=$key ;;
  esac
  if [ "$lang" = fr ]; then en=$fr; fi
  # shellcheck disable=SC2059  # the templates above are the formats
  printf "$en\n" "$@"
}

say() { text "$@"; }
complain() { text "$@" >&2; }
impossible() {
  complain "$@"
  exit 2
}

# ------------------------------------------------------------------------------------------------ steps, each with its time

now_ms() {
  local time=${EPOCHREALTIME:-${SECONDS}000000} # bash 3.2 (macOS) counts whole seconds only
  time=${time/[.,]/}
  echo $((time / 1000))
}

seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

done_step() { printf '%s✔%s %s %s(%s)%s\n' "$green" "$plain" "$1" "$dim" "$2" "$plain"; }

# step LABEL COMMAND...: run a command with its output in the log; show what it is, and how long it took
step() {
  local label=$1 begin status=0
  shift
  begin=$(now_ms)
  [ ! -t 1 ] || printf '… %s' "$label"
  "$@" >>"$log" 2>&1 || status=$?
  [ ! -t 1 ] || printf '\r\033[K'
  if [ "$status" != 0 ]; then
    printf '✘ %s: ' "$label" >&2
    complain failed "$(seconds_since "$begin")" "$log"
    tail -n 15 "$log" >&2
    return 1
  fi
  done_step "$label" "$(seconds_since "$begin")"
}

green='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then green=$'\033[32m' dim=$'\033[2m' plain=$'\033[0m'; fi

# ------------------------------------------------------------------------------------------------ the Python environment

# The first Python that is new enough and can make environments, as the real path of its program: a link named python3
# may lead to another version after an upgrade of the system.
find_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.11 python3; do
    "$candidate" -c 'import ensurepip, os, sys, venv; assert sys.version_info >= (3, 11); print(os.path.realpath(sys.executable))' 2>/dev/null && return
  done
  return 1
}

# installed LOCK: whether .venv holds exactly this lock, and still lies where it was made (its programs name the place)
installed() { cmp -s "$1" ".venv/pacslab/$1" && [ "$(cat .venv/pacslab/folder 2>/dev/null)" = "$PWD" ] && [ -x .venv/bin/python ]; }

pip_install() { .venv/bin/python -m pip --disable-pip-version-check --no-input install --progress-bar off "$@"; }

# pip compiles file by file; compileall does it with all processors, and what it cannot compile is no program
install_packages() {
  pip_install --only-binary :all: --no-deps --no-compile --require-hashes -r "$1" || return
  .venv/bin/python -m compileall -qq -j 0 .venv/lib || true
}

install_lock() {
  step "$(text packages "$1")" install_packages "$1" || return
  cp "$1" .venv/pacslab/
}

prepare_python() {
  local lock=requirements.lock begin
  begin=$(now_ms)
  [ "$dev" = 0 ] || lock=requirements-dev.lock
  if installed "$lock" && installed requirements.lock; then
    done_step "$(text venv_ready)" "$(seconds_since "$begin")"
    return
  fi
  if ! installed requirements.lock; then
    local python
    python=$(find_python) || impossible no_python
    step "$(text venv) ($python)" "$python" -m venv --clear .venv || return
    mkdir -p .venv/pacslab
  fi
  # the lock of the tests holds everything of the other, in the same versions (tests/packaging)
  install_lock "$lock" || return
  cp requirements.lock .venv/pacslab/
  step "$(text itself)" pip_install --no-deps --no-index --no-build-isolation --editable . || return
  printf '%s\n' "$PWD" >.venv/pacslab/folder
}

# ------------------------------------------------------------------------------------------------ programs of the system

on_path() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }

has_stream_module() {
  [ -e /usr/lib/nginx/modules/ngx_stream_module.so ] || [ -e /usr/lib64/nginx/modules/ngx_stream_module.so ] ||
    [ -e /usr/share/nginx/modules/ngx_stream_module.so ] ||
    PATH="$PATH:/usr/sbin" nginx -V 2>&1 | grep -q -e '--with-stream\( \|$\)'
}

# the Debian packages whose programs are missing
missing_packages() {
  [ -n "${ORTHANC_BIN:-}" ] || on_path Orthanc || printf '%s\n' orthanc orthanc-dicomweb
  if ! on_path nginx; then echo nginx-light; fi
  if ! has_stream_module; then echo libnginx-mod-stream; fi
  on_path bwrap || echo bubblewrap
  if [ ! -x .venv/bin/python ] && ! find_python >/dev/null; then echo python3-venv; fi
  if [ "$dev" = 1 ]; then
    on_path chromium || printf '%s\n' chromium fonts-dejavu-core
    on_path dcmdump || printf '%s\n' dcmtk
    [ -e /usr/share/orthanc/plugins/libOrthancDicomWeb.so ] || echo orthanc-dicomweb
    on_path nmap || printf '%s\n' nmap
    on_path tshark || echo tshark
    on_path shellcheck || echo shellcheck
  fi
}

# Runs as root, from a string: installs packages without letting Debian start their services, now or at the next boot.
# A service that was there before is left as it is.
# shellcheck disable=SC2016  # expanded by the shell that runs it
apt_script='
set -eu
export DEBIAN_FRONTEND=noninteractive
fresh=
for service in orthanc nginx; do [ -e "/etc/init.d/$service" ] || fresh="$fresh $service"; done
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap "rm -f /usr/sbin/policy-rc.d" EXIT
  printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
# the system may be updating itself (unattended-upgrades): wait for its lock
patient() { apt-get -o DPkg::Lock::Timeout=600 "$@"; }
patient install -y --no-install-recommends "$@" || { patient update; patient install -y --no-install-recommends "$@"; }
for service in $fresh; do
  [ -e "/etc/init.d/$service" ] || continue
  update-rc.d "$service" disable || true
  [ ! -d /run/systemd/system ] || systemctl disable --now "$service" || true
done'

prepare_system() {
  local missing as_root=() begin
  begin=$(now_ms)
  missing=$(missing_packages | tr '\n' ' ')
  missing=${missing% }
  if [ -z "$missing" ]; then
    done_step "$(text system_ready)" "$(seconds_since "$begin")"
    return
  fi
  if ! command -v apt-get >/dev/null; then
    complain install_these "$missing"
    complain install_how
    return 2
  fi
  if [ "$(id -u)" = 0 ]; then
    say apt_root "$missing"
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    say apt_sudo "$missing"
    as_root=(sudo)
    sudo -v
  else
    complain apt_refused "$missing"
    complain apt_yourself "$missing"
    return 2
  fi
  case $missing in *orthanc* | *nginx*) say apt_services ;; esac
  # shellcheck disable=SC2086  # a list of package names
  step "$(text apt)" ${as_root[@]+"${as_root[@]}"} bash -c "$apt_script" apt $missing
}

check_isolation() {
  local answer
  answer=$(PATH="$PATH:/usr/sbin" bwrap --unshare-all --ro-bind / / --dev /dev --proc /proc true 2>&1) && return
  complain no_isolation
  if [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then
    complain userns_apparmor
    echo '  sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0' >&2
  elif [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
    complain userns_off
    echo '  sudo sysctl -w kernel.unprivileged_userns_clone=1' >&2
  elif [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ]; then
    complain userns_off
    echo '  sudo sysctl -w user.max_user_namespaces=15000' >&2
  else
    complain userns_other
    printf '  %s\n' "$answer" >&2
  fi
  exit 2
}

# ------------------------------------------------------------------------------------------------ native

# What the tests need: all of the system's programs where they can be had, and the environment in any case.
prepare_tests() {
  prepare_system || say fewer_tests
  prepare_python || exit
}

# The distribution's Orthanc stays; this one lies beside it, in the state folder.
prepare_newer() {
  local folder=$state/newer-orthanc
  case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
  step "$(text newer)" tools/newer_orthanc.sh "$folder" || return
  export ORTHANC_BIN=$folder/Orthanc
}

start_native() {
  [ "$(uname -s)" = Linux ] || impossible not_linux
  say native
  if [ -n "${ORTHANC_BIN:-}" ] && { [ ! -f "$ORTHANC_BIN" ] || [ ! -x "$ORTHANC_BIN" ]; }; then impossible no_such_orthanc "$ORTHANC_BIN"; fi
  prepare_system || exit
  check_isolation
  prepare_python || exit
  [ "$newer" = 0 ] || prepare_newer || exit
  if [ "$prepare" = 1 ]; then
    say prepared
    return
  fi
  printf 'native\n' >"$mode_file"
  printf '%s\n' "$lang" >"$language_file"
  exec .venv/bin/python -m lab start --sandbox native ${options[@]+"${options[@]}"}
}

# ------------------------------------------------------------------------------------------------ Docker

engine_version() { docker version --format '{{.Server.Version}}' 2>&1; }
has_compose() { docker compose version >/dev/null 2>&1; }

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port WANTED OTHER...: the wanted port or one of the next, free on this machine and none of the others
free_port() {
  local port=$1 last=$(($1 + 50))
  shift
  while [ "$port" -lt "$last" ]; do
    case " $* " in *" $port "*) ;; *) port_is_taken "$port" || break ;; esac
    port=$((port + 1))
  done
  echo "$port"
}

running() { docker compose ps --quiet --status running "$@" 2>/dev/null; }

# The ports of the lab if some of it runs already, else free ones; ./pacslab reads them from the same file.
choose_ports() {
  local name wanted chosen all=
  if [ -s "$docker_file" ] && [ -n "$(running)" ]; then
    # shellcheck disable=SC1090  # written below
    . "$docker_file"
  else
    for name in PACSLAB_HTTP_PORT=8042 PACSLAB_HTTPS_PORT=8443 PACSLAB_JUPYTER_PORT=8888; do
      wanted=${name#*=} name=${name%%=*}
      wanted=${!name:-$wanted}
      # shellcheck disable=SC2086  # a list of numbers
      chosen=$(free_port "$wanted" $all)
      [ "$chosen" = "$wanted" ] || say port_taken "$wanted" "$chosen"
      all="$all $chosen"
      printf -v "$name" %s "$chosen"
    done
  fi
  export PACSLAB_HTTP_PORT PACSLAB_HTTPS_PORT PACSLAB_JUPYTER_PORT PACSLAB_NET="${PACSLAB_NET:-198.19}"
  for name in COMPOSE_PROJECT_NAME PACSLAB_HTTP_PORT PACSLAB_HTTPS_PORT PACSLAB_JUPYTER_PORT PACSLAB_NET; do
    printf '%s=%s\n' "$name" "${!name}"
  done >"$docker_file"
}

build_images() {
  docker compose build --progress plain && return
  [ "$newer" = 0 ] || return 1 # what was built before may have another Orthanc
  # without a network, what was built before still serves
  docker image inspect "$COMPOSE_PROJECT_NAME-archive" "$COMPOSE_PROJECT_NAME-gateway" "$COMPOSE_PROJECT_NAME-notebooks" >/dev/null || return
  kept=1
}

compose_up() {
  local fresh=(--force-recreate) # so that the log holds this run only
  [ "$already" = 0 ] || fresh=()
  step "$(text containers)" docker compose up --detach --no-build ${fresh[@]+"${fresh[@]}"} && return
  if tail -n 5 "$log" | grep -qi overlap; then complain overlap "$PACSLAB_NET"; fi
  return 1
}

compose_down() {
  [ -z "$follower" ] || kill "$follower" 2>/dev/null || true
  step "$(text stopping)" docker compose down
}

# Docker holds the containers, not this script: killed without a word (kill -9), it would leave them. So a process of its
# own waits at the other end of a pipe, and ends the lab when this end closes and nothing was said (see dismiss_watcher).
# Whoever runs in the background beside it has to let go of the pipe (9>&-).
set_watcher() {
  exec 9> >(
    exec >>"$log" 2>&1
    trap '' INT TERM HUP PIPE
    read -r word || true
    [ -n "$word" ] || docker compose down
  )
}
dismiss_watcher() { { echo over >&9; } 2>/dev/null || true; }

# end STATUS: what a signal or a failure does from the first container on
end() {
  trap '' INT TERM HUP PIPE
  # a terminal that was closed takes no more words; they must not keep the containers from being ended
  echo 2>/dev/null || exec >>"$log" 2>&1
  compose_down || true
  dismiss_watcher
  exit "$1"
}

# The notebooks container tells its own steps, and writes session.json when all is up: show the first, wait for the
# second. Fails when the container ends before.
follow() {
  local waiter
  container=$(docker compose ps --all --quiet notebooks)
  docker logs --follow "$container" 2>&1 9>&- &
  follower=$!
  # shellcheck disable=SC2016  # expanded in the container
  docker exec "$container" sh -c 'until [ -e "$PACSLAB_STATE/session.json" ]; do sleep 0.1; done' >>"$log" 2>&1 9>&- &
  waiter=$!
  wait "$waiter" && return
  [ "$(docker inspect --format '{{.State.Running}}' "$container")" = true ] || wait "$follower" || true
  return 1
}

start_docker() {
  local answer kept=0 already=0
  answer=$(engine_version) || impossible no_engine "$(printf '%s' "$answer" | tail -n 1)"
  has_compose || impossible no_compose
  say docker
  export PACSLAB_START_OPTIONS="${options[*]-}"
  [ -z "$(running notebooks)" ] || already=1
  choose_ports
  [ "$newer" = 0 ] || export ORTHANC_IMAGE=newer
  step "$(text images)" build_images || exit
  [ "$kept" = 0 ] || say images_kept "$log"
  if [ "$prepare" = 1 ]; then
    say prepared
    return
  fi
  printf 'compose\n' >"$mode_file"
  printf '%s\n' "$lang" >"$language_file"
  set_watcher
  trap 'end 130' INT TERM HUP
  compose_up || end 1
  if ! follow; then
    complain ended
    end 1
  fi
  if [ "$detach" = 1 ]; then
    sleep 0.3 # the last line that the container wrote is on its way here
    kill "$follower" 2>/dev/null || true
    trap '' PIPE
    dismiss_watcher
    say detached
    return
  fi
  trap 'end 0' INT TERM HUP
  wait "$follower" || true
  # it ended by itself: on purpose (./pacslab stop elsewhere; then it is gone, or left with 0), or fallen
  case $(docker inspect --format '{{.State.ExitCode}}' "$container" 2>/dev/null) in '' | 0) end 0 ;; esac
  complain ended
  end 1
}

# ------------------------------------------------------------------------------------------------ what was asked

sandbox='' detach=0 prepare=0 dev=0 newer=0 follower='' container='' options=()
lang=$(language)
while [ $# -gt 0 ]; do
  case $1 in
    --native) sandbox=native ;;
    --docker | --compose) sandbox=docker ;;
    --detach) detach=1 ;;
    --no-jupyter) options+=(--no-jupyter) ;;
    --newer-orthanc) newer=1 ;;
    --prepare) prepare=1 ;;
    --dev) dev=1 ;;
    --lang | --lang=*)
      case $1 in --lang=*) PACSLAB_LANG=${1#--lang=} ;; *) PACSLAB_LANG=${2-} && shift ;; esac
      case ${PACSLAB_LANG-} in en | fr) ;; *) impossible no_value --lang ;; esac
      export PACSLAB_LANG
      lang=$PACSLAB_LANG
      ;;
    -h | --help)
      say help
      exit
      ;;
    *) impossible bad_option "$1" ;;
  esac
  shift
done

# What the lab keeps between runs lies in its state folder. Labs with states of their own can run side by side (the tests
# do); PACSLAB_INSTANCE then tells their containers apart too.
state=${PACSLAB_STATE:-.pacslab}
[ -d "$state" ] || { mkdir -p "$state" && chmod 700 "$state"; }
log=$state/setup.log mode_file=$state/mode language_file=$state/language docker_file=$state/docker.env
if ! : 2>/dev/null >"$log"; then impossible not_writable "$state"; fi
case ${PACSLAB_INSTANCE:-0} in 0) project=pacslab ;; *) project=pacslab-$PACSLAB_INSTANCE ;; esac
export COMPOSE_PROJECT_NAME="${COMPOSE_PROJECT_NAME:-$project}"

if [ "$dev" = 1 ]; then
  prepare_tests
  exit
fi
if [ -z "$sandbox" ]; then
  sandbox=native
  if engine_version >/dev/null && has_compose || [ "$(uname -s)" != Linux ]; then sandbox=docker; fi
fi
case $sandbox in
  native)
    [ "$detach" = 0 ] || options+=(--detach)
    start_native
    ;;
  docker) start_docker ;;
esac
