# Another libtorch than the one that comes along, such as an installed PyTorch's, which may be built for GPUs. Sourced by the launcher.
# TorchSharp takes a libtorch that lies beside it before any other, so the program runs from a copy of its folder without one,
# and the loader finds the other by LD_LIBRARY_PATH. The copy is made of hard links: it takes no room.

wanted=2.10
also=2.11 # has run with this program too (docs/results/speed.md)

refuse() {
  echo "error: $1" >&2
  exit 1
}

# other_libtorch FOLDER: prints the folder of the libraries, which is FOLDER or lib in it, and refuses what does not fit.
other_libtorch() {
  local folder=$1 version
  local hint="name the torch/lib of an installed PyTorch $wanted: python3 -c 'import torch; print(torch.__path__[0] + \"/lib\")'"
  [[ -d $folder ]] || refuse "BIGS_LIBTORCH is $folder, and there is no such folder; $hint"
  [[ -f $folder/libtorch_cpu.so || ! -f $folder/lib/libtorch_cpu.so ]] || folder=$folder/lib
  [[ -f $folder/libtorch_cpu.so ]] || refuse "BIGS_LIBTORCH is $folder, which holds no libtorch_cpu.so; $hint"
  folder=$(readlink -f "$folder")
  version=$(written_version "$folder")
  case $version in
    "") echo "note: no version is written beside $folder; bigs is built for libtorch $wanted, and bigs doctor tells which one it is" >&2 ;;
    "$wanted" | "$wanted".* | "$wanted"+*) ;;
    "$also" | "$also".* | "$also"+*) ;;
    *) refuse "BIGS_LIBTORCH is $folder, of version $version, but bigs is built for libtorch $wanted; install torch==$wanted.* (into an environment of its own), or unset BIGS_LIBTORCH" ;;
  esac
  echo "$folder"
}

# written_version FOLDER: what PyTorch (version.py) or a libtorch archive (build-version) says a folder above its libraries.
written_version() {
  if [[ -f $1/../version.py ]]; then
    sed -nE "s/^__version__ *= *['\"]([^'\"]+)['\"].*/\1/p" "$1/../version.py" | head -n 1
  elif [[ -f $1/../build-version ]]; then
    head -n 1 "$1/../build-version"
  fi
}

# without_libtorch PROGRAM COPY STAMP: a copy of a program's folder without libtorch, made again when STAMP is newer.
without_libtorch() {
  local program=$1 copy=$2 stamp=$3 fresh=$2.$$
  [[ ! -f $copy/made || $stamp -nt $copy/made ]] || return 0
  rm -rf "$fresh"
  cp -al "$program" "$fresh"
  rm -f "$fresh"/lib{torch,c10,gomp,shm,aoti,backend_with_compiler,jitbackend,nnapi}*
  touch "$fresh/made"
  rm -rf "$copy"
  mv "$fresh" "$copy"
}
