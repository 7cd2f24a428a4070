// Compiles the Python files of a folder in place, with the very Python that will run them in the page.
//   node compile.mjs <folder>
// `x.py` becomes `x.pyc` beside it and goes, except where a package reads its own source. UNCHECKED_HASH: the page
// never looks for a source that is newer.
import { loadPyodide } from "pyodide";

const KEEP = ["anyio/"]; // its lazy importer parses its own files
const pyodide = await loadPyodide();
pyodide.mountNodeFS("/packages", process.argv[2]);
pyodide.globals.set("keep", pyodide.toPy(KEEP));
console.log(
  pyodide.runPython(`
import py_compile
from pathlib import Path

def compile_all(root):
    done = 0
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name.startswith(tuple(keep)):
            continue
        py_compile.compile(
            str(path), cfile=str(path.with_suffix(".pyc")), dfile=name, doraise=True, quiet=1,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        path.unlink()
        done += 1
    return done

f"{compile_all(Path('/packages'))} files compiled"
`),
);
