//! Input and output that fail: an error that names the path and the reason, exit code 3, and nothing of earlier results lost.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shards::{finish, scenario};
use crate::support::{contents, program};

/// Runs the scenario into a folder.
fn run(out: &Path, arguments: &[&str]) -> Command {
    let mut command = program();
    command.arg("run").arg(scenario()).arg("--out").arg(out).args(arguments);
    command
}

/// Whether the machine lets this test do something. Where it does not, that is told and the test ends there.
fn is_possible(what: &str, found: bool) -> bool {
    if !found {
        eprintln!("skipped: {what} is not possible here");
    }
    found
}

/// A shell command; `$critmin` in it is the program.
#[cfg(unix)]
fn shell(script: &str) -> Command {
    let binary = program().get_program().to_owned();
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(script)
        .env("critmin", binary)
        .env("scenario", scenario());
    command
}

/// A shell command in a mount namespace of its own, so that file systems can be mounted for it alone. `None` where that is not permitted.
#[cfg(unix)]
fn with_mounts(script: &str) -> Option<Command> {
    let permitted = Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount -t tmpfs none /tmp"])
        .output()
        .is_ok_and(|output| output.status.success());
    is_possible("mounting a file system", permitted).then(|| {
        let inner = shell(script);
        let mut command = Command::new("unshare");
        command.arg("-rm").arg(inner.get_program()).args(inner.get_args());
        inner.get_envs().for_each(|(name, value)| {
            command.env(name, value.unwrap());
        });
        command
    })
}

/// A disk that fills up while results are written.
#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let disk = scratch.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    // Small results first, which fit; then the same folder is to take larger ones, which do not.
    let script = "mount -t tmpfs -o size=900k none \"$disk\" || exit 99
        results() { (cd \"$disk/out\" && cat *.csv *.json | sha256sum && ls *.csv *.json) }
        $critmin run $scenario --trials 200 --policy baseline --formats none --quiet --out \"$disk/out\" || exit 98
        results > before
        $critmin run $scenario --trials 3000 $arguments --quiet --out \"$disk/out\"
        code=$?
        results > after
        diff before after || exit 97
        ls -A \"$disk/out\"
        exit $code";
    for arguments in [
        "--formats none",
        "--formats svg",
        "--formats none --samples",
        "--trials-range 0..2900 --samples",
    ] {
        let Some(mut command) = with_mounts(script) else { return };
        command
            .env("disk", &disk)
            .env("arguments", arguments)
            .current_dir(scratch.path());
        let (code, printed, error) = finish(&mut command);
        assert_eq!(code, 3, "{arguments}: {printed}{error}");
        let said = format!("cannot write {}/out/", disk.display());
        for said in [said.as_str(), "No space left on device", "hint: check free space"] {
            assert!(error.contains(said), "{arguments}: {error}");
        }
        assert!(
            !printed.contains(".part") && !printed.contains(".critmin"),
            "{arguments}: {printed}"
        );
    }
}

/// With space again, a run that a full disk has ended goes on from its checkpoint.
#[cfg(unix)]
#[test]
fn a_run_ended_by_a_full_disk_goes_on_when_there_is_space() {
    let scratch = tempfile::tempdir().unwrap();
    let disk = scratch.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let script = "mount -t tmpfs -o size=900k none \"$disk\" || exit 99
        run() { $critmin run $scenario --samples --formats none --quiet --checkpoint-seconds 0 --block-trials 50 \"$@\"; }
        run --out \"$disk/out\"
        test $? = 3 || exit 98
        mount -o remount,size=50m \"$disk\" || exit 97
        run --out \"$disk/out\" --resume || exit 96
        run --out whole || exit 95
        diff -r --exclude=results.json --exclude=files.json \"$disk/out\" whole";
    let Some(mut command) = with_mounts(script) else { return };
    let (code, printed, error) = finish(command.env("disk", &disk).current_dir(scratch.path()));
    assert_eq!(code, 0, "{printed}{error}");
    assert!(error.contains("samples.csv: No space left on device"), "{error}");
    assert!(error.contains("checkpoint.critmin: --resume continues it"), "{error}");
    assert!(!error.contains("there is no"), "{error}");
}

/// The same by a limit on the size of files, which needs no rights.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_loses_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let (code, _, error) = finish(&mut run(
        &out,
        &["--trials", "300", "--formats", "svg", "--quiet", "--samples"],
    ));
    assert_eq!(code, 0, "{error}");
    let before = contents(&out);
    for arguments in ["--formats svg", "--formats none --samples", "--trials-range 0..2000"] {
        // Blocks of 512 bytes: 40 KiB.
        let script = "trap '' XFSZ; ulimit -f 80; exec $critmin run $scenario $arguments --quiet --out $out";
        let (code, _, error) = finish(shell(script).env("out", &out).env("arguments", arguments));
        assert_eq!(code, 3, "{arguments}: {error}");
        assert!(
            error.contains("cannot write") && error.contains("too large"),
            "{arguments}: {error}"
        );
        assert!(error.contains(&out.display().to_string()), "{arguments}: {error}");
        assert!(
            before == contents(&out),
            "{arguments}: the earlier results are not what they were"
        );
    }
    // A checkpoint that cannot be saved does not end the run.
    let blocked = scratch.path().join("blocked");
    std::fs::create_dir_all(blocked.join("checkpoint.critmin/inside")).unwrap();
    let arguments = [
        "--trials",
        "300",
        "--formats",
        "none",
        "--quiet",
        "--checkpoint-seconds",
        "0",
    ];
    let (code, _, error) = finish(&mut run(&blocked, &arguments));
    assert_eq!(code, 0, "{error}");
    assert!(
        error.contains("warning: no checkpoint can be saved") && error.contains("checkpoint.critmin"),
        "{error}"
    );
    assert!(blocked.join("summary.csv").is_file());
}

#[cfg(unix)]
#[test]
fn a_read_only_place_is_a_failure_before_anything_is_simulated() {
    let scratch = tempfile::tempdir().unwrap();
    let disk = scratch.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let script = "mount -t tmpfs none \"$disk\" && mkdir \"$disk/out\" && mount -o remount,ro \"$disk\" || exit 99
        exec $critmin run $scenario --trials 1000000000 --quiet $arguments --out \"$disk/$folder\"";
    for (folder, arguments) in [
        ("new", ""),
        ("out", "--samples"),
        ("out", "--trials-range 0..1000000000"),
    ] {
        let Some(mut command) = with_mounts(script) else { break };
        command
            .env("disk", &disk)
            .env("folder", folder)
            .env("arguments", arguments);
        let (code, _, error) = finish(&mut command);
        assert_eq!(code, 3, "{folder} {arguments}: {error}");
        assert!(
            error.contains("Read-only file system") && error.contains("--out"),
            "{error}"
        );
        assert!(error.contains(&disk.display().to_string()), "{error}");
    }
    // Not a place for files at all, whoever asks.
    if is_possible("a file system of the kernel", Path::new("/proc/self").is_dir()) {
        let (code, _, error) = finish(&mut run(Path::new("/proc/critmin-out"), &["--trials", "10"]));
        assert_eq!(code, 3, "{error}");
        assert!(
            error.contains("cannot write to the folder /proc/critmin-out"),
            "{error}"
        );
    }
}

#[test]
fn a_place_that_is_a_file_is_a_failure() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("taken");
    std::fs::write(&file, "precious").unwrap();
    let part = scratch.path().join("part.critmin");
    let (code, _, error) = finish(&mut run(&part, &["--trials", "100", "--trials-range", "0..100"]));
    assert_eq!(code, 0, "{error}");
    for out in [file.clone(), file.join("below")] {
        for arguments in [&["--trials", "10"][..], &["--trials", "10", "--trials-range", "0..5"]] {
            let (code, _, error) = finish(&mut run(&out, arguments));
            assert_eq!(code, 3, "{error}");
            assert!(error.contains("taken") && error.contains("--out"), "{error}");
        }
        let (code, _, error) = finish(program().arg("merge").arg(&part).arg("--out").arg(&out));
        assert_eq!(code, 3, "{error}");
        assert!(error.contains("taken") && error.contains("--out"), "{error}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    // A folder where the partial result should be.
    let out = scratch.path().join("folder");
    std::fs::create_dir_all(out.join("partial-0-5.critmin")).unwrap();
    let (code, _, error) = finish(&mut run(&out, &["--trials", "10", "--trials-range", "0..5"]));
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("partial-0-5.critmin: a folder has that name"), "{error}");
}

/// A file that reads with an error, for anybody.
#[cfg(target_os = "linux")]
const UNREADABLE: &str = "/proc/self/mem";

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_read_is_a_failure_and_what_is_not_there_a_mistake() {
    let scratch = tempfile::tempdir().unwrap();
    if !is_possible("a file that cannot be read", std::fs::read(UNREADABLE).is_err()) {
        return;
    }
    let file = |name: &str, text: &str| -> PathBuf {
        let path = scratch.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let text = std::fs::read_to_string(scenario()).unwrap();
    let extends = |base: &str| format!("extends = \"{base}\"\n{text}");
    let data = |name: &str| format!("{text}\n[shares.alloy]\ndata = \"{name}\"\n");
    // The scenario, what it extends, and its data: there but not readable.
    let link = scratch.path().join("unreadable.csv");
    std::os::unix::fs::symlink(UNREADABLE, &link).unwrap();
    for path in [
        PathBuf::from(UNREADABLE),
        file("extends.toml", &extends(UNREADABLE)),
        file("data.toml", &data("unreadable.csv")),
    ] {
        for command in ["run", "validate"] {
            let (code, _, error) = finish(program().arg(command).arg(&path));
            assert_eq!(code, 3, "{command} {}: {error}", path.display());
            assert!(error.contains("Input/output error"), "{error}");
        }
    }
    // Absent, or no file: wrong input.
    for path in [
        scratch.path().join("absent.toml"),
        scratch.path().to_owned(),
        file("extends-absent.toml", &extends("absent.toml")),
        file("data-absent.toml", &data("absent.csv")),
        file("below.toml", "x").join("below"),
    ] {
        let (code, _, error) = finish(program().arg("run").arg(&path));
        assert_eq!(code, 1, "{}: {error}", path.display());
    }
    // Partial results and checkpoints.
    let merge = |path: &Path| {
        finish(
            program()
                .arg("merge")
                .arg(path)
                .arg("--out")
                .arg(scratch.path().join("out")),
        )
    };
    let (code, _, error) = merge(Path::new(UNREADABLE));
    assert_eq!(code, 3, "{error}");
    assert!(
        error.contains("cannot read /proc/self/mem: Input/output error"),
        "{error}"
    );
    let (code, _, error) = merge(scratch.path());
    assert_eq!(code, 3, "{error}");
    let folder = scratch.path().join("resume");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(UNREADABLE, folder.join("checkpoint.critmin")).unwrap();
    let (code, _, error) = finish(&mut run(&folder, &["--trials", "10", "--resume"]));
    assert_eq!(code, 3, "{error}");
    assert!(
        error.contains("cannot read") && error.contains("checkpoint.critmin"),
        "{error}"
    );
}

/// Results that cannot be printed are still in their files.
#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_a_failure() {
    if !is_possible("a full device", Path::new("/dev/full").exists()) {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let mut command = run(&out, &["--trials", "100", "--formats", "none"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(
        error.contains("cannot write to standard output: No space left on device"),
        "{error}"
    );
    assert!(out.join("summary.csv").is_file() && out.join("results.json").is_file());
}
