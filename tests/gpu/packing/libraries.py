"""Which libraries programs need, and which of them every machine has."""

import pathlib
import re
import subprocess

# Of any system with glibc.
GLIBC = re.compile(r"(linux-vdso|ld-linux-x86-64|lib(c|m|dl|pthread|rt|util|resolv))\.so\b")
# Any system with a compiler's libraries has them, though maybe older ones.
COMPILER = re.compile(r"lib(stdc\+\+|gcc_s)\.so\b")
# PyTorch's package brings them, and those of NVIDIA that it depends on.
TORCH = re.compile(
    r"lib(torch|c10|gomp|shm|caffe2)\w*\.so\b"
    r"|lib(cuda|cudart|cupti|cublas|cublasLt|cudnn|cufft|cufile|curand|cusolver"
    r"|cusparse|cusparseLt|nccl|nvshmem|nvJitLink|nvrtc|nvToolsExt)\w*\.so\b"
)
# The newest version of glibc whose symbols programs may need.
NEWEST_GLIBC = (2, 34)


def closure(programs):
    """Name to path of all that the dynamic linker opens for the programs and
    that no other package brings. RuntimeError where it misses something."""
    found = {}
    for program in programs:
        for line in _output("ldd", program).splitlines():
            name, arrow, path = (line.split() + ["", ""])[:3]
            if arrow != "=>" or GLIBC.match(name) or TORCH.match(name):
                continue
            if not path.startswith("/"):
                raise RuntimeError(f"{program} needs {name}, which is not there")
            found[name] = pathlib.Path(path)
    return found


def needed(path):
    """The libraries that a file names."""
    return re.findall(r"\(NEEDED\).*\[(.*)\]", _output("readelf", "-dW", path))


def glibc_version(path):
    """The newest that the file's symbols need."""
    versions = re.findall(r"\bName: GLIBC_(\d+)\.(\d+)", _output("readelf", "-VW", path))
    return max((tuple(map(int, version)) for version in versions), default=(0, 0))


def problems(folder):
    """What would keep an unpacked bundle's programs from starting elsewhere."""
    files = [*(folder / "bin").iterdir(), *(folder / "lib").rglob("*.so*")]
    packed = {path.name for path in (folder / "lib").iterdir()}
    for path in files:
        for name in needed(path):
            if not (name in packed or any(p.match(name) for p in (GLIBC, COMPILER, TORCH))):
                yield f"{path.name} needs {name}, which nothing brings"
        if path.parent.name != "standard" and glibc_version(path) > NEWEST_GLIBC:
            yield f"{path.name} needs glibc {'.'.join(map(str, glibc_version(path)))}"


def _output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
