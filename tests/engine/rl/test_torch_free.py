import subprocess
import sys


def test_what_the_app_reads_of_it_comes_without_torch() -> None:
    names = ["plan", "check", "record", "store", "thinning", "reader", "advantages", "metrics"]
    names += [f"comparison.{name}" for name in ("wanted", "spent", "trained", "rows", "report")]
    code = "import sys\n" + "\n".join(f"import engine.rl.{name}" for name in names)
    code += "\nassert 'torch' not in sys.modules, 'torch came with it'"
    subprocess.run([sys.executable, "-c", code], check=True)
