#!/usr/bin/env bash
# Make @tensorflow/tfjs-node work where its install script cannot reach its download host:
# libtensorflow comes out of PyPI's tensorflow-cpu wheel, the N-API addon is compiled here.
# Run in the project root after `npm ci`. Idempotent; a second run takes about a second.
set -euo pipefail
TF=${TFJS_LIBTF_VERSION:-2.15.1}                       # 2.12.1, 2.15.1, 2.18.1, 2.21.0 work; below 2.12 has no libtensorflow_cc
CACHE=${TFJS_LIBTF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tfjs-libtensorflow}/$TF
die() { echo "provision: $*" >&2; exit 1; }
PKG=$PWD/node_modules/@tensorflow/tfjs-node
[ -f "$PKG/binding/tfjs_binding.cc" ] || die "no $PKG: run 'npm ci --ignore-scripts' in the project root first"
[ "$(uname -sm)" = "Linux x86_64" ] || die "only Linux x86_64 (this is $(uname -sm))"
smoke() { TF_CPP_MIN_LOG_LEVEL=2 node -e '
  const tf = require(process.argv[1]);
  const y = tf.matMul([[1, 2]], [[3], [4]]).slice([0, 0], [1, 1]).dataSync()[0];   // slice is what Node 24 breaks
  if (tf.getBackend() !== "tensorflow" || y !== 11) throw new Error(`backend ${tf.getBackend()}, 1*3+2*4=${y}`);
  console.log(`provision: ok, tfjs-node ${tf.version["tfjs-node"]}, libtensorflow ${tf.backend().binding.TF_Version}, node ${process.version}`);' "$PKG"; }
if [ -e "$PKG/lib/.provisioned-$TF" ] && smoke 2>/dev/null; then exit 0; fi

if [ ! -e "$CACHE/done" ]; then                        # 1. the libraries and the headers they go with
  command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || die "needs python3 with pip (only to fetch and unzip the wheel)"
  rm -rf "$CACHE"; mkdir -p "$CACHE"; trap 'rm -rf "$CACHE"' EXIT
  python3 -m pip download -q --no-deps --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 \
    --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux_2_27_x86_64 \
    -d "$CACHE" "tensorflow-cpu==$TF" || die "pip could not download tensorflow-cpu==$TF (about 210 MB) from the package index"
  python3 - "$CACHE" <<'PY' || die "could not unpack the wheel in $CACHE (about 620 MB are needed)"
import glob, os, re, shutil, sys, zipfile
dest = sys.argv[1]; z = zipfile.ZipFile(glob.glob(dest + '/*.whl')[0]); names = set(z.namelist())
def put(member, path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with z.open(member) as s, open(path, 'wb') as d: shutil.copyfileobj(s, d, 1 << 20)
for lib in ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'): put('tensorflow/' + lib, f'{dest}/lib/{lib}')
todo = ['tensorflow/c/c_api.h', 'tensorflow/c/eager/c_api.h', 'tensorflow/core/platform/ctstring_internal.h']; seen = set()
while todo:                                            # the C API headers and what they include: 14 files
    h = todo.pop(); m = 'tensorflow/include/' + h
    if h in seen or m not in names: continue
    seen.add(h); put(m, f'{dest}/include/{h}')
    todo += re.findall(r'#include "((?:tensorflow|tsl|xla)/[^"]+)"', z.read(m).decode())
PY
  rm -f "$CACHE"/*.whl; touch "$CACHE/done"; trap - EXIT
fi

rm -rf "$PKG/deps" "$PKG/lib"; mkdir -p "$PKG/deps/lib" "$PKG/lib"   # 2. the layout the addon expects
ln -s "$CACHE/include" "$PKG/deps/include"
ln -s "$CACHE"/lib/*.so.2 "$PKG/deps/lib/"
ln -s libtensorflow_cc.so.2 "$PKG/deps/lib/libtensorflow.so"
ln -s libtensorflow_framework.so.2 "$PKG/deps/lib/libtensorflow_framework.so"

command -v "${CXX:-g++}" >/dev/null || die "needs a C++ compiler (g++)"   # 3. the addon
INC=; for d in "$(node -p 'require("path").resolve(process.execPath, "../../include/node")')" "${npm_config_nodedir:-/usr}/include/node" "$PWD/node_modules/node-api-headers/include"; do
  [ -f "$d/node_api.h" ] && INC=$d && break; done
[ -n "$INC" ] || die "no node_api.h: install Node's headers or 'npm i -D node-api-headers'"
OUT=$(cd "$PKG" && node -p 'require("path").dirname(require("@mapbox/node-pre-gyp").find(require("path").resolve("package.json")))')
mkdir -p "$OUT"
"${CXX:-g++}" -O2 -std=c++17 -fPIC -shared -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION -I"$INC" -I"$PKG/deps/include" \
  "$PKG"/binding/*.cc -L"$PKG/deps/lib" -ltensorflow -ltensorflow_framework -Wl,-rpath,'$ORIGIN/../../deps/lib' \
  -o "$OUT/tfjs_binding.node" || die "the addon did not compile"
smoke || die "the addon was built but does not work"
touch "$PKG/lib/.provisioned-$TF"
