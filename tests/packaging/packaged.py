"""What the tests of the packages share: commands, the tree, an installed database and server."""
import os
import re
import subprocess

import harness


def run(*command, **options):
    """Runs a command, gives what it prints; a failure shows all it said."""
    done = subprocess.run([str(part) for part in command], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    assert done.returncode == 0, f"{command[0]} exits {done.returncode}: {done.stdout[-4000:]}"
    return done.stdout


def tracked(*folders):
    """The files of the tree, as git sees them."""
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders, cwd=harness.ROOT).split("\0")
    return [name for name in names if name and (harness.ROOT / name).is_file()]


class Database:
    """A database of the tests' cluster, as scip-api-migrate and the installed server see it."""

    def __init__(self, cluster, installed, name):
        self.cluster, self.share, self.name = cluster, installed / "usr/share/scip-api", name
        self.program = installed / "usr/bin"
        host = cluster.url("postgres").split("host=")[1].split("&")[0].replace("%2F", "/")
        self.env = {**os.environ, "PGHOST": host, "PGUSER": "postgres", "PGDATABASE": name, "SCIP_DB": str(self.share / "db")}

    def url(self, role="scip_anonymous"):
        return self.cluster.url(role).replace(":///scip?", f":///{self.name}?")

    def psql(self, sql, role="postgres"):
        return run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url(role))

    def migrate(self):
        return run(self.program / "scip-api-migrate", env=self.env)

    def check(self):
        """The installed binary, on the installed contract and statements, against this database."""
        return run(self.program / "scip-api", "check", "--db", cwd=self.share, env={**os.environ, "DATABASE_URL": self.url(), "WRITER_DATABASE_URL": self.url("scip_writer"),
                                                                                 "CENTRAL_DATABASE_URL": self.url("scip_central")})

    def counts(self):
        """Rows by table."""
        lines = self.psql("""SELECT tablename, xpath('/row/n/text()', query_to_xml(format('SELECT count(*) n FROM scip.%I', tablename),
                               true, true, '')) FROM pg_tables WHERE schemaname = 'scip' ORDER BY 1""").split()
        assert len(lines) > 20
        return dict(line.split("|") for line in lines)

    def server(self, **env):
        return Installed(self.program / "scip-api", self.share, DATABASE_URL=self.url(), WRITER_DATABASE_URL=self.url("scip_writer"),
                         CENTRAL_DATABASE_URL=self.url("scip_central"), **env)


class Installed(harness.Server):
    """The installed binary, started as its unit starts it."""

    def __init__(self, program, folder, **env):
        self.name, self.port, self.admin_port, self.stopped = "package", harness.free_port(), harness.free_port(), False
        self.log = harness.LOCAL / f"server-package-{self.port}.log"
        settings = {"PORT": self.port, "ADMIN_PORT": self.admin_port, **env}
        self.process = subprocess.Popen([program, "serve"], cwd=folder, stdin=subprocess.DEVNULL, stderr=self.log.open("wb"),
                                        env={"PATH": os.environ["PATH"], **{key: str(value) for key, value in settings.items()}})
        self.wait_ready()


def commands(document, heading):
    """The blocks of commands under a heading of a document, as they stand there."""
    text = (harness.ROOT / document).read_text()
    section = re.search(rf"^(?:## )?{heading}\n(.*?)(?=^## |^[^\n]+\n---|\Z)", text, re.M | re.S).group(1)
    return re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S) or re.findall(r"(?:^ {4}.*\n)+", section, re.M)
