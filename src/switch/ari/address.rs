//! Where an Asterisk is, who we are there, and whom we believe that it is the one.

use std::{net::IpAddr, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::socket::Broken;

/// Where an Asterisk is, and who we are there.
#[derive(Clone)]
pub struct Address {
    /// `http://HOST:PORT`, or `https://HOST:PORT` with TLS; `ws` and `wss` mean the same.
    pub url: String,
    /// The ARI user.
    pub user: String,
    /// Their password. It is never shown.
    pub password: String,
    /// Whom TLS believes; none where nothing is encrypted.
    pub(super) tls: Option<Arc<ClientConfig>>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} as {}", self.url, self.user)
    }
}

impl Address {
    /// With TLS, its certificate must be signed by a CA of `ca_file`, or, without one, by a CA that this machine believes.
    ///
    /// # Errors
    /// A URL that cannot be one, or a file without certificates.
    pub fn new(url: &str, user: &str, password: &str, ca_file: Option<&Path>) -> Result<Self, Broken> {
        let (scheme, host) = parts(url);
        if host.is_empty() || !["http", "ws", "https", "wss"].contains(&scheme) {
            return Err(Broken(format!("\"{url}\" is no address of ARI; write http://HOST:PORT or https://HOST:PORT")));
        }
        let tls = if is_tls(scheme) { Some(Arc::new(believes(ca_file)?)) } else { None };
        Ok(Self { url: url.to_owned(), user: user.to_owned(), password: password.to_owned(), tls })
    }

    /// Its host and port, without brackets.
    pub(super) fn host_and_port(&self) -> Result<(String, u16), Broken> {
        let (scheme, host) = parts(&self.url);
        let authority = self.url.split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or_default();
        let after = authority.rsplit_once(host).map_or("", |(_, after)| after.trim_start_matches(']'));
        let default = if is_tls(scheme) { 443 } else { 80 };
        let port = after.strip_prefix(':').map_or(Ok(default), str::parse);
        let port = port.map_err(|_| Broken(format!("\"{}\" names no port", self.url)))?;
        Ok((host.to_owned(), port))
    }

    /// Do the password and everything that is said go over a network in clear text?
    pub fn is_overheard(&self) -> bool {
        let (_, host) = parts(&self.url);
        let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        self.tls.is_none() && !is_here
    }
}

fn is_tls(scheme: &str) -> bool {
    ["https", "wss"].contains(&scheme)
}

/// The scheme and the host of a URL.
fn parts(url: &str) -> (&str, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    (scheme, host)
}

fn believes(ca_file: Option<&Path>) -> Result<ClientConfig, Broken> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => {
            let wrong = |why: String| Broken(format!("asterisk.ca_file {}: {why}", path.display()));
            let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
            let all: Vec<CertificateDer<'_>> = all.map_err(|error| wrong(error.to_string()))?;
            for certificate in all {
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(wrong("there is no certificate in it".to_owned()));
            }
        }
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| Broken(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_text_is_for_this_machine_alone() {
        for (url, is_overheard) in [
            ("http://127.0.0.1:8088", false),
            ("ws://[::1]:8088/", false),
            ("http://localhost:8088", false),
            ("http://10.0.0.7:8088", true),
            ("http://pbx.example.org", true),
            ("https://pbx.example.org:8089", false),
            ("wss://10.0.0.7:8089", false),
        ] {
            assert_eq!(Address::new(url, "rappel", "", None).unwrap().is_overheard(), is_overheard, "{url}");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for url in ["127.0.0.1:8088", "ftp://pbx", "http://", ""] {
            let told = Address::new(url, "rappel", "", None).unwrap_err().to_string();
            assert!(told.contains("write http://HOST:PORT"), "{url}: {told}");
        }
        let no_file = Address::new("https://pbx", "rappel", "", Some(Path::new("/nowhere.pem"))).unwrap_err();
        assert!(no_file.to_string().starts_with("asterisk.ca_file /nowhere.pem: "), "{no_file}");
        let empty = Address::new("https://pbx", "rappel", "", Some(Path::new("/dev/null"))).unwrap_err();
        assert!(empty.to_string().contains("no certificate"), "{empty}");
    }
}
