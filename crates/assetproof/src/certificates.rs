//! The certificate of `serve --tls`: read from files, or made, with its authority written where
//! clients find it.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use fake_server::standalone::Tls;

use crate::cli::TlsArgs;
use crate::{Error, Result};

/// What to serve https with at that address; none for plain HTTP.
pub(crate) fn choose(args: &TlsArgs, address: IpAddr) -> Result<Option<Tls>> {
    if !args.tls {
        return Ok(None);
    }
    if let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) {
        let tls = Tls::from_pem(&read(certificate)?, &read(key)?);
        return tls.map(Some).map_err(|source| Error::Certificate {
            path: certificate.clone(),
            source,
        });
    }
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    if !address.is_unspecified() && !address.is_loopback() {
        names.push(address.to_string());
    }
    names.extend(args.tls_name.iter().cloned());
    let (tls, authority) = Tls::self_made(names).map_err(Error::MakeCertificate)?;
    if let Some(path) = &args.tls_ca_out {
        fs::write(path, authority).map_err(|source| Error::CertificateFile {
            path: path.clone(),
            source,
        })?;
    } else {
        tracing::warn!(
            "no client can trust the certificate that was made: write its authority with \
             --tls-ca-out FILE"
        );
    }
    Ok(Some(tls))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| Error::CertificateFile {
        path: path.to_owned(),
        source,
    })
}
