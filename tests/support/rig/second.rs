//! Another Asterisk on the same network, with the same carrier and the same password. No phone on a desk is registered there.

use std::{fs, path::PathBuf};

use super::{ARI, Rig, process::Program, start_asterisk, until_answers, write_configuration};

pub struct Second {
    pub ari_url: String,
    asterisk: Program,
    prefix: PathBuf,
    folder: PathBuf,
}

impl Second {
    /// It begins with nothing, and ends with whoever holds it.
    pub async fn start(rig: &Rig) -> Self {
        let folder = rig.folder.join("second");
        fs::remove_dir_all(&folder).ok();
        let switch = rig.network.second_switch();
        write_configuration(&rig.prefix, &folder, &rig.network, switch, &rig.password);
        let prefix = rig.prefix.clone();
        let second = Self {
            ari_url: format!("http://{switch}:{ARI}/ari"),
            asterisk: start_asterisk(&prefix, &folder),
            prefix,
            folder,
        };
        until_answers(&second.ari_url, &second.folder).await;
        second
    }

    /// It dies, without a word to anybody.
    pub fn kill(&mut self) {
        self.asterisk.end("KILL");
    }

    /// It starts again after that.
    pub async fn start_again(&mut self) {
        self.asterisk = start_asterisk(&self.prefix, &self.folder);
        until_answers(&self.ari_url, &self.folder).await;
    }
}
