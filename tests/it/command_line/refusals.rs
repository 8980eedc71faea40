//! Wrong input, wrong usage, places that cannot be written, interrupts: exit codes, messages and colours.

use super::*;

#[test]
fn invalid_input_is_exit_code_1_with_a_place_and_a_hint() {
    let (folder, scenario) = folder();
    let bad = folder.path().join("bad.toml");
    std::fs::write(
        &bad,
        SCENARIO
            .replace("flexibility = 1.2", "flexibilty = 1.2")
            .replace("seed = 5", "seed = -5"),
    )
    .unwrap();
    let (code, out, error) = finish(critmin().arg("run").arg(&bad));
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(
        error.contains("flexibilty") && error.contains("flexibility") && error.contains("bad.toml:"),
        "{error}"
    );
    // Both mistakes at once, and nothing was written.
    assert!(error.contains("seed") && !folder.path().join("out").exists(), "{error}");
    // The same as JSON.
    let (code, out, _) = finish(critmin().arg("run").arg(&bad).arg("--json"));
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    let text = document.to_string();
    assert!(text.contains("flexibilty") && text.contains("line"), "{text}");
    for (arguments, words) in [
        (vec!["--policy", "stockpil"], vec!["stockpil", "stockpile"]),
        (vec!["--set", "event.bann.severity=0.5"], vec!["bann", "ban"]),
        (
            vec!["--set", "material.metal.flexibilty=2"],
            vec!["flexibilty", "flexibility"],
        ),
        (vec!["--set", "event.ban.severity"], vec!["event.ban.severity"]),
        (vec!["--set", "time.periods=0"], vec!["periods"]),
        (vec!["--trials", "0"], vec!["trials"]),
    ] {
        let out = folder.path().join("never");
        let (code, printed, error) = finish(
            critmin()
                .arg("run")
                .arg(&scenario)
                .arg("--out")
                .arg(&out)
                .args(&arguments),
        );
        assert_eq!(code, 1, "{arguments:?}: {error}");
        assert!(
            printed.is_empty() && words.iter().all(|word| error.contains(word)),
            "{arguments:?}: {error}"
        );
        let (code, printed, _) = finish(
            critmin()
                .arg("run")
                .arg(&scenario)
                .arg("--json")
                .arg("--out")
                .arg(&out)
                .args(&arguments),
        );
        assert_eq!(code, 1);
        assert!(
            serde_json::from_str::<Value>(&printed).is_ok(),
            "{arguments:?} --json: {printed}"
        );
    }
    let (code, _, error) = finish(critmin().args(["run", "absent.toml"]));
    assert_eq!(code, 1);
    assert!(error.contains("absent.toml"), "{error}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let (_folder, scenario) = folder();
    let scenario = scenario.to_str().unwrap();
    for arguments in [
        vec![],
        vec!["fly"],
        vec!["run"],
        vec!["run", scenario, "--trials", "many"],
        vec!["run", scenario, "--threads", "0"],
        vec!["run", scenario, "--precision", "150%"],
        vec!["run", scenario, "--formats", "gif"],
        vec!["run", scenario, "--wings"],
        vec!["replay", scenario],
        vec!["replay", scenario, "--trial", "-1"],
        vec!["validate"],
        vec!["completions", "klingon"],
        vec!["data", "--csv"],
        vec!["data", "gallium", "--csv", "--json"],
    ] {
        let (code, out, error) = finish(critmin().args(&arguments));
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(out.is_empty() && !error.is_empty(), "{arguments:?}");
    }
    assert!(succeed(critmin().arg("--help")).contains("Examples"));
    assert!(succeed(critmin().args(["run", "--help"])).contains("--precision"));
    assert!(succeed(critmin().arg("--version")).starts_with("critmin "));
}

#[test]
fn a_place_that_cannot_be_written_is_exit_code_3() {
    let (folder, scenario) = folder();
    // A file where the folder should be, or above it.
    for out in [scenario.clone(), scenario.join("below")] {
        let (code, _, error) = finish(
            critmin()
                .arg("run")
                .arg(&scenario)
                .args(["--trials", "20"])
                .arg("--out")
                .arg(&out),
        );
        assert_eq!(code, 3, "{error}");
        assert!(error.contains("scenario.toml"), "{error}");
        let (code, _, _) = finish(
            critmin()
                .arg("replay")
                .arg(&scenario)
                .args(["--trial", "1"])
                .arg("--out")
                .arg(&out),
        );
        assert_eq!(code, 3);
    }
    // A folder where a file should be.
    let out = folder.path().join("results");
    std::fs::create_dir_all(out.join("summary.csv/inside")).unwrap();
    let arguments = ["--trials", "20", "--formats", "none"];
    let (code, _, error) = finish(
        critmin()
            .arg("run")
            .arg(&scenario)
            .args(arguments)
            .arg("--out")
            .arg(&out),
    );
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("summary.csv"), "{error}");
    let leftovers = std::fs::read_dir(&out)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
    assert_eq!(leftovers.count(), 0);
    let (code, _, error) = finish(critmin().arg("new").arg(folder.path().join("no/such/folder.toml")));
    assert_eq!(code, 3, "{error}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_exit_code_3() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, scenario) = folder();
    let locked = folder.path().join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may write anywhere (root) cannot be kept out.
    let privileged = std::fs::write(locked.join("probe"), "").is_ok();
    let (code, _, error) = finish(
        critmin()
            .arg("run")
            .arg(&scenario)
            .args(["--trials", "20"])
            .arg("--out")
            .arg(locked.join("out")),
    );
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(privileged || code == 3, "{code}: {error}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let (_folder, scenario) = folder();
    let scenario = scenario.to_str().unwrap();
    for arguments in [
        vec!["data", "--table", "shares.csv", "--csv"],
        vec!["schema"],
        vec!["completions", "bash"],
        vec!["replay", scenario, "--trial", "3", "--json"],
        vec!["--help"],
    ] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_critmin"))
            .args(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && error.is_empty(),
            "{arguments:?}: {:?} {error}",
            output.status
        );
    }
}

/// An interrupted run keeps the batches that were complete, whole, and says so.
#[cfg(unix)]
#[test]
fn an_interrupt_is_exit_code_130() {
    let (folder, scenario) = folder();
    let out = folder.path().join("results");
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_critmin"))
        .args([
            "run",
            scenario.to_str().unwrap(),
            "--trials",
            "100000000",
            "--formats",
            "none",
            "--quiet",
            "--out",
        ])
        .arg(&out)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{error}");
    assert!(error.contains("interrupted"), "{error}");
    if out.join("interrupted/results.json").exists() {
        let results: Value =
            serde_json::from_slice(&std::fs::read(out.join("interrupted/results.json")).unwrap()).unwrap();
        let trials = results["manifest"]["trials"].as_u64().unwrap();
        assert!(trials > 0 && trials < 100_000_000);
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let (folder, _) = folder();
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, SCENARIO.replace("flexibility", "flexibilty")).unwrap();
    let escape = '\u{1b}';
    let (_, _, plain) = finish(critmin().arg("validate").arg(&bad));
    assert!(!plain.contains(escape), "no terminal, no colours: {plain:?}");
    let (_, _, forced) = finish(critmin().args(["--color", "always", "validate"]).arg(&bad));
    assert!(forced.contains(escape));
    let (_, _, never) = finish(
        critmin()
            .env("CLICOLOR_FORCE", "1")
            .args(["--color", "never", "validate"])
            .arg(&bad),
    );
    assert!(!never.contains(escape));
    let (_, _, quiet) = finish(
        critmin()
            .env("NO_COLOR", "1")
            .env("CLICOLOR_FORCE", "0")
            .arg("validate")
            .arg(&bad),
    );
    assert!(!quiet.contains(escape));
}
