"""A Slurm cluster of three nodes on one machine, in a temporary folder: munged, slurmctld and three slurmd.

Needs root and Debian's packages slurmctld, slurmd, slurm-client, slurm-wlm-basic-plugins and munge. Nothing of the
machine's own Slurm is touched: sockets, ports, state and logs are the cluster's own.
"""
import os
import resource
import shutil
import signal
import socket
import subprocess
import time

CONFIGURATION = """\
ClusterName=podium
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=10
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
JobRequeue=1
ReturnToService=2
SlurmdTimeout=10
KillWait=15
NodeName=n[1-3] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first}-{last}] CPUs=1 RealMemory=1000 State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60 State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=20
PartitionName=high Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
"""


class Cluster:
    nodes = ["n1", "n2", "n3"]

    def __init__(self, folder):
        self.folder = folder
        self.processes = {}
        port = free_ports(4)
        for part in ["state", "spool/n1", "spool/n2", "spool/n3"]:
            os.makedirs(f"{folder}/{part}")
        self.configuration = f"{folder}/slurm.conf"
        with open(self.configuration, "w") as file:
            host = socket.gethostname().split(".")[0]
            file.write(
                CONFIGURATION.format(host=host, folder=folder, port=port, first=port + 1, last=port + 3)
            )
        os.environ["SLURM_CONF"] = self.configuration

    def start(self):
        # slurmstepd of Slurm 22.05 dumps core where a batch script's folder is left from before its node was lost.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        key = f"{self.folder}/munge.key"
        subprocess.run(["mungekey", "--create", f"--keyfile={key}"], check=True)
        os.chmod(key, 0o400)
        self.spawn(
            "munged", "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.sock",
            f"--pid-file={self.folder}/munge.pid", f"--log-file={self.folder}/munge.log",
            f"--seed-file={self.folder}/munge.seed",
        )
        wait_for("munged", lambda: os.path.exists(f"{self.folder}/munge.sock"))
        self.start_controller()
        for node in self.nodes:
            self.start_node(node)
        wait_for("three idle nodes", lambda: self.say("sinfo", "-h", "-o", "%D %t", "-p", "low") == "3 idle", 90)

    def start_controller(self):
        self.spawn("controller", program("slurmctld"), "-D", "-f", self.configuration)

    def start_node(self, node):
        # With a host name of its own, so that what asks for it, such as Open MPI, takes it for a machine of its own.
        self.spawn(
            node, "unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', node, program("slurmd"), "-D", "-N", node, "-f", self.configuration, "-d", program("slurmstepd")
        )

    def kill(self, name):
        """SIGKILL for one daemon; what it started goes on."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def lose(self, node):
        """The node is gone: SIGKILL for its daemon and for everything that runs under its host name."""
        process = self.processes.pop(node)
        place = os.readlink(f"/proc/{process.pid}/ns/uts")
        if place == os.readlink("/proc/self/ns/uts"):
            raise SystemExit(f"FAILED: {node} has no host name of its own")

        def there():
            found = []
            for number in map(int, filter(str.isdigit, os.listdir("/proc"))):
                try:
                    if os.readlink(f"/proc/{number}/ns/uts") == place and state(number) != "Z":
                        found.append(number)
                except OSError:
                    continue
            return found

        # What dies may have started something a moment before.
        while found := there():
            for number in found:
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.02)
        process.wait()

    def spawn(self, name, *words):
        log = open(f"{self.folder}/{name}.out", "ab")
        self.processes[name] = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)

    @staticmethod
    def say(*words):
        """What one of Slurm's commands says; empty when it fails."""
        result = subprocess.run(words, capture_output=True, text=True)
        return result.stdout.strip() if result.returncode == 0 else ""

    def jobs(self):
        """(job, name, state, node) of every job that Slurm lists."""
        text = self.say("squeue", "-h", "-r", "-t", "all", "-o", "%i|%j|%T|%N")
        return [tuple(line.split("|")) for line in text.splitlines()]

    def stop(self):
        for name in ["n1", "n2", "n3", "controller", "munged"]:
            if name in self.processes:
                self.kill(name)


def state(process):
    """The letter that the kernel has for a process's state."""
    return open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[0]


def program(name):
    for path in [f"/usr/sbin/{name}-wlm", f"/usr/sbin/{name}"]:
        if os.path.exists(path):
            return path
    return shutil.which(name) or name


def free_ports(count):
    """The first of some ports in a row that nobody uses."""
    for start in range(21000, 30000, count):
        sockets = []
        try:
            for port in range(start, start + count):
                sockets.append(socket.socket())
                sockets[-1].bind(("127.0.0.1", port))
            return start
        except OSError:
            continue
        finally:
            for opened in sockets:
                opened.close()
    raise SystemExit("no free ports")


def wait_for(what, holds, seconds=60, pause=0.5):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(pause)
    raise SystemExit(f"FAILED: {what} did not come within {seconds} s")
