//! `manifesto.json`: what a copy is, and what its files must be for anybody to trust it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::decisoes::left_out_table;
use super::{Chaves, CopiaError, Perfil};

/// How copies are written; a newer number is refused.
pub const FORMATO: u32 = 1;
const NAME: &str = "manifesto.json";
const SEAL: &str = "manifesto.sha256";

/// A file of the copy.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arquivo {
    /// Whose rows, one a line.
    pub tabela: String,
    /// Its name in the folder.
    pub arquivo: String,
    /// How many lines.
    pub linhas: u64,
    /// Of all its bytes, in hex.
    pub sha256: String,
    /// The columns each line has.
    pub colunas: Vec<String>,
}

/// What a copy of a clinic says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifesto {
    /// [`FORMATO`].
    pub formato: u32,
    /// The last migration of the database it was taken from.
    pub esquema: i64,
    /// For whom.
    pub perfil: Perfil,
    /// The clinic's number there.
    pub cliente_id: i64,
    /// The clinic's name among all systems.
    pub clinica: String,
    /// Its name.
    pub nome: String,
    /// Its address there.
    pub subdomain: Option<String>,
    /// The instant of the snapshot everything was read in.
    pub instante: Timestamp,
    /// What the copy consists of.
    pub arquivos: Vec<Arquivo>,
    /// Tables it does not hold, each with the reason.
    pub fora: Vec<(String, String)>,
    /// Operators its rows name, number and login, to be known again; none in a copy for the clinic.
    pub operadores: Vec<(i64, String)>,
}

impl Manifesto {
    /// How many rows all files have.
    pub fn rows(&self) -> u64 {
        self.arquivos.iter().map(|one| one.linhas).sum()
    }
}

/// A folder whose manifest and files were compared.
#[derive(Debug)]
pub struct Pasta {
    folder: PathBuf,
    /// What it says.
    pub manifesto: Manifesto,
}

/// Writes any manifest with its sum, and with its seal where there are keys.
pub(super) fn seal(
    folder: &Path,
    manifest: &impl Serialize,
    keys: Option<&Chaves>,
) -> Result<(), CopiaError> {
    let text = serde_json::to_vec_pretty(manifest)?;
    fs::write(folder.join(NAME), &text)?;
    if let Some(keys) = keys {
        keys.seal(folder, &text)?;
    }
    fs::write(folder.join(SEAL), format!("{}  {NAME}\n", hex::encode(Sha256::digest(&text))))?;
    Ok(())
}

/// Reads any manifest, after its sum was compared.
pub(super) fn unseal<T: serde::de::DeserializeOwned>(folder: &Path) -> Result<T, CopiaError> {
    let read = |name: &str| {
        fs::read(folder.join(name)).map_err(|error| {
            CopiaError::refused(format!("{} não pode ser lido: {error}", folder.join(name).display()))
        })
    };
    let (text, seal) = (read(NAME)?, read(SEAL)?);
    let seal = String::from_utf8_lossy(&seal);
    let expected = seal.split_whitespace().next().unwrap_or_default();
    if hex::encode(Sha256::digest(&text)) != expected {
        return Err(CopiaError::refused(
            "O manifesto não confere com `manifesto.sha256`: foi alterado. Nada foi escrito.",
        ));
    }
    serde_json::from_slice(&text)
        .map_err(|error| CopiaError::refused(format!("O manifesto não pode ser entendido: {error}")))
}

impl Pasta {
    /// Opens a folder and compares everything: the manifest with its sum, each file with its sum and its number of lines.
    ///
    /// # Errors
    /// [`CopiaError::Refused`] says what does not fit.
    pub fn open(folder: &Path) -> Result<Self, CopiaError> {
        let manifesto: Manifesto = unseal(folder)?;
        if manifesto.formato > FORMATO {
            return Err(CopiaError::refused(format!(
                "A cópia tem o formato {}, mais novo que este `hi` (até {FORMATO}). Atualize o `hi`.",
                manifesto.formato
            )));
        }
        for one in &manifesto.arquivos {
            // What no copy of this kind holds was put there by somebody else.
            if let Some(why) = left_out_table(manifesto.perfil, &one.tabela) {
                let words = format!("A cópia não pode trazer {}: {why}. Nada foi escrito.", one.tabela);
                return Err(CopiaError::refused(words));
            }
            if one.arquivo != format!("{}.ndjson", one.tabela) || one.tabela.contains(['/', '\\', '.']) {
                return Err(CopiaError::refused(format!("“{}” não é um arquivo de cópia.", one.arquivo)));
            }
            let (sum, lines) = sum(&folder.join(&one.arquivo))?;
            if sum != one.sha256 || lines != one.linhas {
                return Err(CopiaError::refused(format!(
                    "{} não confere com o manifesto ({} linhas, esperadas {}). Nada foi escrito.",
                    one.arquivo, lines, one.linhas
                )));
            }
        }
        Ok(Self { folder: folder.to_owned(), manifesto })
    }

    /// Whether it is as we wrote it.
    ///
    /// # Errors
    /// When the manifest can't be read again.
    pub fn sealed(&self, keys: Option<&Chaves>) -> Result<bool, CopiaError> {
        let text = fs::read(self.folder.join(NAME))?;
        // What was compared is what is sealed: the file may have been changed meanwhile.
        let same =
            serde_json::to_value(&self.manifesto)? == serde_json::from_slice::<serde_json::Value>(&text)?;
        Ok(same && keys.is_some_and(|keys| keys.sealed(&self.folder, &text)))
    }

    /// Leaves out what a copy says that nobody sealed of the clinic's affairs with the platform.
    pub(super) fn leave_out(&mut self) {
        self.manifesto.arquivos.retain(|one| {
            one.tabela != "planos" && left_out_table(Perfil::Portabilidade, &one.tabela).is_none()
        });
        self.manifesto.operadores.clear();
    }

    /// The lines of a file, one after the other.
    pub(super) fn lines(
        &self,
        one: &Arquivo,
    ) -> Result<impl Iterator<Item = std::io::Result<String>> + use<>, CopiaError> {
        Ok(BufReader::new(File::open(self.folder.join(&one.arquivo))?).lines())
    }
}

/// A file's sum and number of lines, without having it in memory.
pub(super) fn sum(file: &Path) -> Result<(String, u64), CopiaError> {
    let mut reader = File::open(file)
        .map_err(|error| CopiaError::refused(format!("{} não pode ser lido: {error}", file.display())))?;
    let (mut digest, mut lines, mut buffer) = (Sha256::new(), 0_u64, vec![0_u8; 1 << 16]);
    loop {
        let read = reader.read(&mut buffer)?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
        digest.update(part);
        lines += part.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
    }
    Ok((hex::encode(digest.finalize()), lines))
}

/// Makes a folder that nobody else enters; what is there already is refused.
pub(super) fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A folder that is being written: it has its name only when it is whole.
#[derive(Debug)]
pub(super) struct Draft {
    target: PathBuf,
    /// Where files are written meanwhile.
    pub(super) folder: PathBuf,
    done: bool,
}

impl Draft {
    /// Begins; what is at `target` must be nothing, or an empty folder.
    pub(super) fn begin(target: &Path) -> Result<Self, CopiaError> {
        if target.exists() && fs::read_dir(target).map_or(true, |mut all| all.next().is_some()) {
            let words = format!("{} já existe e não está vazio; escolha outra pasta.", target.display());
            return Err(CopiaError::refused(words));
        }
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".parcial-{}", std::process::id()));
        let folder = target.with_file_name(name);
        if let Some(above) = folder.parent() {
            fs::create_dir_all(above)?;
        }
        // Only who makes a copy reads it: it is full of patients.
        private_folder(&folder)?;
        Ok(Self { target: target.to_owned(), folder, done: false })
    }

    /// Writes the manifest and gives the folder its name.
    pub(super) fn finish(
        mut self,
        manifest: &impl Serialize,
        keys: Option<&Chaves>,
    ) -> Result<(), CopiaError> {
        seal(&self.folder, manifest, keys)?;
        if self.target.exists() {
            fs::remove_dir(&self.target)?;
        }
        fs::rename(&self.folder, &self.target)?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.done
            && let Err(error) = fs::remove_dir_all(&self.folder)
        {
            tracing::warn!(%error, "an unfinished copy was left behind");
        }
    }
}
