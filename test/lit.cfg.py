# lit's settings for all .mlir tests: what a RUN line may name, and what holds for FileCheck everywhere.
import os
import shutil
import subprocess
import sys

import lit.formats

config.name = "mambac"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["mutate", "package", "plugin", "unit", "python", "models", "inputs", "Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.mambac_build_dir, "test", "lit")

# Pattern variables end with their CHECK-LABEL unless they begin with $, and each --check-prefix has to be used.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false"
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.mambac_build_dir, "bin"), config.llvm_tools_dir, config.environment["PATH"]]
)

config.substitutions.append(("%source_root", config.mambac_source_dir))
config.substitutions.append(("%build_root", config.mambac_build_dir))
# Passes that change results, fail and crash.
config.substitutions.append(
    ("%test_plugin", "--load-pass-plugin=" + os.path.join(config.mambac_build_dir, "test/plugin/TestPasses.so"))
)
# Runs a lowered module: `mamba-opt ... | %run_mlir -e main` and the libraries that its prints need.
config.substitutions.append(
    (
        "%run_mlir",
        "mlir-runner --entry-point-result=void --shared-libs=%s/libmlir_runner_utils.so,%s/libmlir_c_runner_utils.so"
        % (config.llvm_lib_dir, config.llvm_lib_dir),
    )
)
# The way from linalg and scf on tensors down to LLVM with upstream's passes alone: the plain reference lowering.
config.substitutions.append(
    (
        "%reference_lowering",
        "--one-shot-bufferize=bufferize-function-boundaries --buffer-deallocation-pipeline --convert-bufferization-to-memref"
        " --convert-linalg-to-loops --lower-affine --convert-scf-to-cf --expand-strided-metadata --lower-affine"
        " --math-expand-ops=ops=rsqrt --convert-math-to-libm --convert-math-to-llvm"
        " --convert-vector-to-llvm --finalize-memref-to-llvm --convert-arith-to-llvm --convert-index-to-llvm"
        " --convert-func-to-llvm --convert-cf-to-llvm --convert-ub-to-llvm --reconcile-unrealized-casts",
    )
)

# Tests see what the compiler does, not what it did; those of the cache name a folder of their own.
config.environment["MAMBAC_CACHE"] = "off"

for tool in ("mambac", "mamba-run", "mlir-runner"):
    for directory in (os.path.join(config.mambac_build_dir, "bin"), config.llvm_tools_dir):
        if os.path.exists(os.path.join(directory, tool)):
            config.available_features.add(tool)

# Instruction sets that this machine has.
levels = {
    "x86-64-v3": "avx avx2 bmi1 bmi2 f16c fma abm movbe",
    "x86-64-v4": "avx avx2 bmi1 bmi2 f16c fma abm movbe avx512f avx512bw avx512cd avx512dq avx512vl",
    "x86-64-v4+bf16": "avx2 avx512f avx512bw avx512cd avx512dq avx512vl avx512_bf16",
}
try:
    with open("/proc/cpuinfo") as cpuinfo:
        flags = next((set(line.split()) for line in cpuinfo if line.startswith("flags")), set())
    config.available_features.update(level for level, needed in levels.items() if set(needed.split()) <= flags)
except OSError:
    pass

# Products for AArch64 run where their runner was built and qemu-user is installed.
aarch64_libraries = "/usr/aarch64-linux-gnu"
if (
    os.path.exists(os.path.join(config.mambac_build_dir, "libexec", "mambac-runner-aarch64"))
    and os.path.isdir(aarch64_libraries)
    and shutil.which("qemu-aarch64")
):
    config.available_features.add("aarch64-runs")
    config.substitutions.append(("%qemu_aarch64", "qemu-aarch64 -L " + aarch64_libraries))

# A Python with PyTorch, for what --emit=torch writes: MAMBAC_TORCH_PYTHON names one.
torch_python = os.environ.get("MAMBAC_TORCH_PYTHON") or sys.executable
find_torch = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)"
if subprocess.run([torch_python, "-c", find_torch], capture_output=True).returncode == 0:
    config.available_features.add("torch")
    config.substitutions.append(("%torch_python", torch_python))

# Pseudo-terminals, which some containers lack.
try:
    for descriptor in os.openpty():
        os.close(descriptor)
    config.available_features.add("terminal")
except OSError:
    pass

# A real browser, where there is one: `apt-get install chromium`. It runs without a network.
chromium = shutil.which("chromium") or shutil.which("chromium-browser")
if chromium:
    config.available_features.add("chromium")
    config.substitutions.append(
        (
            "%chromium",
            f"{chromium} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --no-first-run"
            " --disable-background-networking --disable-component-update --enable-logging=stderr --v=0"
            " --host-resolver-rules='MAP * ~NOTFOUND' --window-size=1400,2600 --virtual-time-budget=5000"
            " --user-data-dir=%t.chromium",
        )
    )
