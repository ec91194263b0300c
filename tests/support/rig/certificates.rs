//! Certificates of one run: a CA, what it signed for the switch, and a CA that signed nothing.

use std::{fs, net::Ipv4Addr, path::Path};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// Writes `ca.pem`, `other-ca.pem`, `asterisk.pem` and `asterisk.key` into a folder.
pub fn write(folder: &Path, switch: Ipv4Addr) {
    fs::create_dir_all(folder).expect("a folder can be made");
    authority(&folder.join("other-ca.pem"));
    let issuer = authority(&folder.join("ca.pem"));
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([switch.to_string()]).expect("an address");
    let certificate = params.signed_by(&key, &issuer).expect("it is signed");
    fs::write(folder.join("asterisk.pem"), certificate.pem()).expect("a file");
    fs::write(folder.join("asterisk.key"), key.serialize_pem()).expect("a file");
}

fn authority(file: &Path) -> Issuer<'static, KeyPair> {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new([]).expect("no name is a name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(file, params.self_signed(&key).expect("it is signed").pem()).expect("a file");
    Issuer::new(params, key)
}
