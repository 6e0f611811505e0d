# shellcheck shell=bash
# Docker for `.ci/run`: the daemon that is there, or one of our own for as long as the script runs. Sourced; needs
# `need`, `run` (the words of `deno task`) and `work` (a folder for the log).

docker_pid=""
# Data and run-time state of our own daemon. On the disk, which /tmp often is not, and where overlayfs works.
docker_folder=""
docker_bridges=""
docker_forward=""
docker_forwarding=""
docker_had_etc=""

docker_answers() {
  "${run[@]}" meshproof doctor --json 2>/dev/null | grep -q '"docker":{"available":true'
}

# Makes sure that a daemon answers. Returns 1, having said why, where that cannot be.
docker_up() {
  if docker_answers; then
    echo "== docker: the daemon that is there"
    return 0
  fi
  if [ -n "${DOCKER_HOST-}" ]; then
    echo "== docker: nobody answers at DOCKER_HOST ($DOCKER_HOST): the tests that need one are left out"
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "== docker: no daemon answers, and one can only be started as root: the tests that need one are left out"
    return 1
  fi
  if ! command -v dockerd >/dev/null && ! command -v apt-get >/dev/null; then
    echo "== docker: no daemon answers, and there is neither dockerd nor apt-get: the tests that need one are left out"
    return 1
  fi
  if ! (
    need iptables iptables
    need ip iproute2
    need debootstrap debootstrap
    need dockerd docker.io
  ); then
    echo "== docker: no daemon answers, and it cannot be installed: the tests that need one are left out"
    return 1
  fi
  # Where a service manager starts what is installed, it has done so by now; such a daemon is not ours to stop.
  if docker_answers; then
    echo "== docker: the daemon that was installed"
    return 0
  fi
  docker_start && return 0
  docker_down
  echo "== docker: dockerd does not start here: the tests that need one are left out; its last lines:"
  tail -n 5 "$work/dockerd.log" | sed 's/^/   /'
  return 1
}

docker_start() {
  docker_folder=$(mktemp -d "${CI_DOCKER_PARENT:-/var/tmp}/meshproof-docker.XXXXXX") || return 1
  docker_bridges=$(docker_list_bridges)
  docker_forward=$(iptables -S FORWARD 2>/dev/null | sed -n 's/^-P FORWARD //p')
  docker_forwarding=$(cat /proc/sys/net/ipv4/ip_forward)
  [ -e /etc/docker ] && docker_had_etc=yes
  echo "== docker: starting dockerd"
  dockerd --host unix:///var/run/docker.sock --data-root "$docker_folder/data" --exec-root "$docker_folder/exec" \
    --pidfile "$docker_folder/pid" >"$work/dockerd.log" 2>&1 &
  docker_pid=$!
  local until=$((SECONDS + 60))
  while [ "$SECONDS" -lt "$until" ]; do
    # Each question takes about a second.
    docker_answers && return 0
    kill -0 "$docker_pid" 2>/dev/null || return 1
  done
  return 1
}

# Stops the daemon that docker_start started, and takes away what it leaves. Harmless where there is none.
docker_down() {
  [ -n "$docker_folder" ] || return 0
  if [ -n "$docker_pid" ]; then
    docker_stop "$docker_pid"
    docker_stop "$(cat "$docker_folder/exec/containerd/containerd.pid" 2>/dev/null)"
    docker_pid=""
  fi
  local line mount name
  # The innermost mount first.
  tac /proc/self/mounts | while read -r _ mount _; do
    case $mount in "$docker_folder"/*) umount "$mount" || umount -l "$mount" ;; esac
  done
  for name in $(docker_list_bridges); do
    case " $docker_bridges " in *" $name "*) ;; *) ip link delete "$name" ;; esac
  done
  docker_remove_rules filter
  docker_remove_rules nat
  [ -n "$docker_forward" ] && iptables -P FORWARD "$docker_forward"
  [ -n "$docker_forwarding" ] && echo "$docker_forwarding" >/proc/sys/net/ipv4/ip_forward
  [ -z "$docker_had_etc" ] && rm -f /etc/docker/key.json && rmdir /etc/docker 2>/dev/null
  rm -f /var/run/docker.sock
  rm -rf --one-file-system "$docker_folder"
  docker_folder=""
}

# Ends a process that may be no child of ours, first politely.
docker_stop() {
  local pid=$1 until=$((SECONDS + 30))
  [ -n "$pid" ] && kill -TERM "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$SECONDS" -ge "$until" ]; then
      kill -KILL "$pid" 2>/dev/null
      until=$((SECONDS + 30))
    fi
    sleep 0.1
  done
}

docker_list_bridges() {
  ip -o link show type bridge 2>/dev/null | sed -nE 's/^[0-9]+: (docker0|br-[0-9a-f]{12}):.*/\1/p' | tr '\n' ' '
}

# Rules that name what only Docker makes: its chains, and the bridges that were not there before.
docker_remove_rules() {
  local table=$1 rule
  iptables -t "$table" -S 2>/dev/null | grep -E '^-A .*(DOCKER|docker0|br-[0-9a-f]{12})' | while read -r rule; do
    # shellcheck disable=SC2086 -- a rule is many words, none of them quoted by Docker
    iptables -t "$table" -D ${rule#-A }
  done
  iptables -t "$table" -S 2>/dev/null | sed -n 's/^-N \(DOCKER.*\)/\1/p' | while read -r rule; do
    iptables -t "$table" -X "$rule"
  done
}
