"""Who has the processors while something is measured: `make profile PARTES=agenda`.

Linux's perf looks at the whole computer, a thousand times a second and processor, as long as `bench` measures (`bench/src/sampled.rs`); what made the
system ready is left out. Told are, of a hundred samples: whose they were; of each function, in which crate; of Postgres, whether it planned or executed.
What was sampled stays in `target/profiling/perf.data`: `perf report -i` and `perf annotate -i` show more of it.

`agenda`, `login` and `webhook` ask the stores everything twice, with the function and without it: of them the tables of the functions say something, the
shares of the programs do not. Whatever else runs on the computer is told by its name; another Postgres is not told apart.
"""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
BUILT = TOP / "target" / "profiling"
FUNCTIONS = sorted(path.name for path in (TOP / "functions").iterdir() if (path / "Cargo.toml").exists())

# Samples of a second and processor: no divisor of what happens every millisecond.
OFTEN = 997
# Requests of each path: enough for some thousand samples of one function.
REQUESTS = 4000

# The first line that fits a crate (or, of C, a symbol) names its group; a crate without one is a group of its own.
GROUPS = [
    ("o nosso código", "shared|empty|bench|" + "|".join(FUNCTIONS)),
    ("hyper e http", "hyper|hyper_util|http|http_body|http_body_util|httparse|httpdate"),
    ("axum e tower", "axum|axum_core|tower|tower_.*|matchit"),
    ("SDK da AWS", "aws_(?!lc|lambda).*"),
    ("sqlx", "sqlx.*"),
    ("serde", "serde.*|itoa|ryu|zmij"),
    ("ed25519 e SHA-2", ".*ed(wards)?25519.*|curve25519.*|.*sha512.*|.*sha256.*|sha2|signature|digest|block_buffer"),
    ("TLS (aws-lc, rustls)", "aws_lc.*|rustls.*|webpki.*|hyper_rustls"),
    ("gzip", "flate2|miniz_oxide|async_compression|compression_.*|simd_adler32|crc32fast"),
    ("tokio", "tokio.*|mio|parking_lot.*"),
    ("tracing", "tracing.*|sharded_slab"),
    ("argon2 e bcrypt", "argon2|blake2|bcrypt|blowfish"),
    ("jiff", "jiff.*"),
    ("lambda_http", "lambda_.*|aws_lambda_events"),
]
STANDARD = {"core", "alloc", "std", "compiler_builtins", "rustc_demangle", "hashbrown"}
MALLOC = re.compile(r"_*(libc_)?(malloc|calloc|realloc|c?free|memalign|posix_memalign)$|_int_|__rust|__rdl|unlink_chunk|malloc_consolidate|sysmalloc|tcache")
COPIES = re.compile(r"_*(mem|str)(cpy|move|set|cmp|chr|rchr|len|nlen)")


def crate(symbol):
    """Whose a function of Rust is: the first crate in its name that is not Rust's own, so that a `Vec` of hyper's is hyper's."""
    names = re.findall(r"(?<![\w:])([a-z_]\w*)::", symbol)
    return next((name for name in names if name not in STANDARD), names[0] if names else symbol)


def group(symbol, where):
    """Which line of a function's table a sample belongs to."""
    if where.startswith("[") or symbol.endswith("[k]"):
        return "o núcleo (rede, espera)"
    symbol = symbol.partition("@")[0]
    if MALLOC.match(symbol):
        return "malloc"
    if COPIES.match(symbol):
        return "memcpy e os seus"
    if "/libc.so" in where or "/libm.so" in where or "/ld-linux" in where:
        # What glibc does not export has names only where Debian's libc6-dbg is.
        return "libc (sem libc6-dbg, também malloc por dentro)"
    whose = crate(symbol)
    if whose in STANDARD:
        return "a biblioteca de Rust"
    named = next((name for name, crates in GROUPS if re.fullmatch(crates, whose)), None)
    # The C and the assembler in a function are aws-lc's, whose names not always say so.
    return named or (whose if "::" in symbol else "TLS (aws-lc, rustls)")


def doing(chain):
    """What Postgres was about: a plan is made while something is executed, too, so the innermost counts."""
    for symbol, _ in chain:
        if re.fullmatch("planner|standard_planner|pg_plan_quer(y|ies)", symbol):
            return "planejar"
        if re.match("pg_analyze_and_rewrite|parse_analyze|pg_parse_query|raw_parser|pg_rewrite_query", symbol):
            return "ler o comando"
        if re.fullmatch("(standard_)?Executor(Run|Start|Finish|End)|PortalRun|exec_execute_message", symbol):
            return "executar"
    return "o resto (rede, transações, travas, abrir conexões)"


def read(lines):
    """The samples of `perf script`: whose, and the functions it was in, the innermost first."""
    whose, chain = None, []
    for line in lines:
        frame = re.match(r"\s+[0-9a-f]+ (.*) \((.*)\)$", line)
        if frame:
            chain.append((re.sub(r"\+0x[0-9a-f]+$", "", frame[1]), frame[2]))
        elif line.strip():
            whose = line.strip()
        elif whose:
            if chain:
                yield whose, chain
            whose, chain = None, []
    if whose and chain:
        yield whose, chain


def table(title, counted, least=1):
    """The shares, the largest first; what is less than `least` of a hundred is one line."""
    whole = sum(counted.values())
    print(f"\n{title}, de {whole} amostras:")
    small = 0
    for name, many in counted.most_common():
        if many * 100 < whole * least:
            small += many
        else:
            print(f"{many * 100 / whole:5.0f} %  {name}")
    if small:
        print(f"{small * 100 / whole:5.0f} %  o resto, menos de {least} % cada")


def tell(samples, stacks):
    """`stacks` are whole: without the functions it was called from, a sample does not say what Postgres was about."""
    programs, functions, postgres = collections.Counter(), collections.defaultdict(collections.Counter), collections.Counter()
    for whose, chain in samples:
        # A processor with nothing to do has the kernel's own task.
        if whose.startswith("swapper"):
            continue
        programs[whose] += 1
        if whose in FUNCTIONS:
            functions[whose][group(*chain[0])] += 1
        elif whose == "postgres":
            postgres[doing(chain)] += 1
    if not programs:
        raise SystemExit("Nada foi amostrado: horarios, memoria e zip não dizem quando medem.")
    table("De quem era o processador", programs)
    for name, counted in functions.items():
        table(f"Em que o passou {name}", counted)
    if stacks and postgres:
        table("Em que o passou o Postgres", postgres)


def able():
    """Ends with what is missing."""
    if not shutil.which("perf"):
        raise SystemExit("Falta o perf do Linux (no Debian: apt install linux-perf).")
    allowed = int(pathlib.Path("/proc/sys/kernel/perf_event_paranoid").read_text())
    if os.geteuid() != 0 and allowed > 0:
        raise SystemExit("O perf não pode olhar o computador inteiro: sudo sysctl kernel.perf_event_paranoid=0 o deixa.")


def record(parts):
    orders, data = BUILT / "perf.orders", BUILT / "perf.data"
    orders.unlink(missing_ok=True)
    os.mkfifo(orders)
    # Postgres has no frame pointers: its stacks are copied and unwound afterwards, which is too much for the seconds the other parts take.
    stacks = "marcacoes" in parts
    graph = "dwarf,16384" if stacks else "fp"
    # `cpu-clock` is there on virtual machines, too.
    perf = ["perf", "record", "--quiet", "--all-cpus", "--event", "cpu-clock", "--freq", str(OFTEN), "--call-graph", graph]
    perf += ["--no-buildid-cache", "--delay", "-1", "--control", f"fifo:{orders}", "--output", str(data), "--"]
    measure = [BUILT / "bench", "--perfil", orders, "--partes", ",".join(parts), "--pedidos", REQUESTS]
    # Its rows are not told: they are of a machine that is looked at. One that is over ends `bench` with an error, which is none here.
    subprocess.run([*perf, *map(str, measure)], stdout=subprocess.DEVNULL)
    orders.unlink()
    script = ["perf", "script", "--input", str(data), "--no-inline", "--fields", "comm,ip,sym,dso"]
    done = subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace")
    tell(read(done.stdout), stacks)


def main():
    if sys.argv[1:] == ["-"]:
        tell(read(sys.stdin), True)
        return
    able()
    if sys.argv[1:]:
        record(sys.argv[1].split(","))


if __name__ == "__main__":
    main()
