# Bare Debian systems for the checks of packages; sourced by them. Needs root, debootstrap and Debian's mirror.

# make_root SUITE FOLDER: a minimal Debian with this machine's network settings. An existing one is used as it is.
make_root() {
  if [ ! -e "$2/bin/sh" ]; then
    echo "== Debian $1 into $2"
    debootstrap --variant=minbase "$1" "$2" >"$2.log" 2>&1 || { tail "$2.log"; exit 3; }
  fi
  # mktemp -d lets nobody but root in, to whom the system's own users do not belong.
  chmod 755 "$2"
  local file
  for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
    if [ -e "$file" ]; then install -D -m 644 "$(realpath "$file")" "$2$file"; fi
  done
  mkdir -p "$2/proc" "$2/sys" "$2/dev/pts" "$2/dev/shm"
  mountpoint -q "$2/proc" || mount -t proc proc "$2/proc"
  # libtpu counts the processors there.
  mountpoint -q "$2/sys" || mount -t sysfs -o ro sysfs "$2/sys"
  mountpoint -q "$2/dev" || mount --rbind --make-rslave /dev "$2/dev"
}

# bind_into FOLDER ROOT: shows a folder of this machine in the system, at the same path.
bind_into() {
  mkdir -p "$1" "$2$1"
  mountpoint -q "$2$1" || mount --bind "$1" "$2$1"
}

# leave_root FOLDER: unmounts what make_root and bind_into mounted.
leave_root() {
  awk -v root="$1/" 'index($2, root) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r place; do
    umount -l "$place" || true
  done
}

plain=(/usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
  DEBIAN_FRONTEND=noninteractive ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"})

# in_root FOLDER COMMAND...: runs it there with a plain environment.
in_root() {
  local root=$1
  shift
  chroot "$root" "${plain[@]}" "$@"
}

services=()

# serve_in_root FOLDER COMMAND...: the same in the background; the command itself becomes a service, not a shell around it.
serve_in_root() {
  local root=$1
  shift
  chroot "$root" "${plain[@]}" "$@" &
  services+=($!)
}

# stop_services: ends them, the last first, and waits.
stop_services() {
  local index
  for ((index = ${#services[@]} - 1; index >= 0; index--)); do
    kill "${services[index]}" 2>/dev/null || true
    wait "${services[index]}" || true
  done
  services=()
}

# A claim that the check stands or falls with.
expect() {
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; else echo "FAILED: $what" >&2; exit 1; fi
}
