"""Which libraries programs need, and which of them every machine has."""

import pathlib
import re
import subprocess

# Of any system. The C++ library must be the one that PyTorch takes.
SYSTEM = re.compile(
    r"(linux-vdso|ld-linux-x86-64|lib(c|m|dl|pthread|rt|util|resolv|stdc\+\+|gcc_s))\.so\b"
)
# PyTorch's package brings them, and those of NVIDIA that it depends on.
TORCH = re.compile(
    r"lib(torch|c10|gomp|shm|caffe2)\w*\.so\b"
    r"|lib(cuda|cudart|cupti|cublas|cublasLt|cudnn|cufft|cufile|curand|cusolver"
    r"|cusparse|cusparseLt|nccl|nvshmem|nvJitLink|nvrtc|nvToolsExt)\w*\.so\b"
)
# The newest versions whose symbols programs may need.
NEWEST = {"GLIBC": (2, 34), "GLIBCXX": (3, 4, 30)}


def closure(programs):
    """Name to path of all that the dynamic linker opens for the programs and
    that no other package brings. RuntimeError where it misses something."""
    found = {}
    for program in programs:
        for line in _output("ldd", program).splitlines():
            name, arrow, path = (line.split() + ["", ""])[:3]
            if arrow != "=>" or SYSTEM.match(name) or TORCH.match(name):
                continue
            if not path.startswith("/"):
                raise RuntimeError(f"{program} needs {name}, which is not there")
            found[name] = pathlib.Path(path)
    return found


def needed(path):
    """The libraries that a file names."""
    return re.findall(r"\(NEEDED\).*\[(.*)\]", _output("readelf", "-dW", path))


def versions(path):
    """The newest version of each of NEWEST that the file's symbols need."""
    found = re.findall(r"\bName: (GLIBC|GLIBCXX)_([\d.]+)", _output("readelf", "-VW", path))
    newest = {}
    for library, version in found:
        numbers = tuple(map(int, version.split(".")))
        newest[library] = max(newest.get(library, ()), numbers)
    return newest


def problems(folder):
    """What would keep an unpacked bundle's programs from starting elsewhere."""
    packed = {path.name for path in (folder / "lib").iterdir()}
    for path in [*(folder / "bin").iterdir(), *(folder / "lib").iterdir()]:
        for name in needed(path):
            if not (name in packed or SYSTEM.match(name) or TORCH.match(name)):
                yield f"{path.name} needs {name}, which nothing brings"
        for library, version in versions(path).items():
            if version > NEWEST[library]:
                yield f"{path.name} needs {library} {'.'.join(map(str, version))}"


def _output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
