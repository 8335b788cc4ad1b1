//! Every input of the corpus through its target: what was once found stays found.

use std::fs;
use std::path::Path;

use pcap_analyzer_fuzz::TARGETS;

#[test]
fn every_input_of_the_corpus_passes() {
    for &(name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let mut inputs = 0;
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("the folder can be listed").path();
            println!("{}", path.display()); // shown when it fails
            target(&fs::read(&path).expect("the input can be read"));
            inputs += 1;
        }
        assert!(inputs > 0, "no inputs for {name}");
    }
}

#[test]
fn every_prefix_of_a_small_input_passes() {
    for &(name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let input = fs::read(entry.expect("the folder can be listed").path()).expect("the input can be read");
            for end in 0..input.len().min(400) {
                target(&input[..end]);
            }
        }
    }
}
