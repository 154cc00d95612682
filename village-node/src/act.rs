//! What the audit trail of this machine tells of: every act that is noted is one of these.

use office_model::Bilingual;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident $word:literal $id:literal $en:literal;)+) => {
        /// An act of a person or a program at this machine.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Act {
            $($(#[$doc])* $name,)+
        }

        impl Act {
            /// Every act.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];

            /// The word that is stored.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// What people read.
            pub(crate) fn label(self) -> Bilingual {
                match self {
                    $(Self::$name => Bilingual::new($id, $en),)+
                }
            }
        }
    };
}

acts! {
    /// Into the desk.
    SignIn "sign_in" "masuk" "signed in";
    /// With a wrong name or password.
    SignInFailed "sign_in_failed" "gagal masuk" "failed to sign in";
    /// The own screen.
    Unlock "unlock" "membuka kunci layar" "unlocked the screen";
    /// With a wrong password.
    UnlockFailed "unlock_failed" "gagal membuka kunci layar" "failed to unlock the screen";
    /// Before the own one is changed.
    SecretConfirmed "secret_confirmed" "memasukkan kata sandi lama" "gave the password until now";
    /// Before the own one would have been changed.
    SecretNotConfirmed "secret_not_confirmed" "gagal memasukkan kata sandi lama" "failed to give the password until now";
    /// The own one, or somebody else's.
    SecretChanged "secret_changed" "mengganti kata sandi" "changed a password";
    /// For a person.
    AccountMade "account_made" "membuat akun" "made an account";
    /// Its name or role; the subject says which role it was and is.
    AccountChanged "account_changed" "mengubah akun" "changed an account";
    /// Nobody signs in with it.
    AccountShut "account_shut" "menutup akun" "shut an account";
    /// One that was shut.
    AccountOpened "account_opened" "membuka kembali akun" "opened an account again";
    /// Lets a program in.
    ApplicationMade "application_made" "memberi token kepada aplikasi" "gave an application a token";
    /// Shuts a program out.
    ApplicationRevoked "application_revoked" "mencabut token aplikasi" "revoked an application's token";
    /// By nobody knows whom.
    TokenWrong "token_wrong" "token salah di API" "a wrong token at the API";
    /// A record that has some.
    SpecificRead "specific_read" "membaca data yang dilindungi khusus" "read specially protected data";
    /// By a list, a search or a register that shows records of it: services and how many records.
    HealthListed "health_listed" "melihat daftar yang memuat berkas kesehatan" "saw a list with health records";
    /// A new one.
    Record "record" "menyimpan berkas" "saved a record";
    /// Of a record.
    Edit "edit" "mengubah isian" "changed fields";
    /// Of a record.
    Step "step" "mengambil langkah" "took a step";
    /// Once there was one.
    Number "number" "memberi nomor surat" "gave a letter its number";
    /// To another office.
    Refer "refer" "merujuk berkas" "referred a record";
    /// Of this office.
    Answer "answer" "menjawab rujukan" "answered a referral";
    /// One of two values.
    Settle "settle" "memutuskan perbedaan" "settled a difference";
    /// To a record.
    Attach "attach" "melampirkan berkas" "attached a file";
    /// Of a record.
    Attachment "attachment" "melihat lampiran" "looked at an attached file";
    /// From a record.
    Detach "detach" "melepas lampiran" "took an attached file away";
    /// Of a record.
    Letter "letter" "mencetak surat" "printed a letter";
    /// As a file for other programs.
    Export "export" "mengambil berkas Automerge" "took a record away as a file";
    /// Of everything.
    Backup "backup" "membuat cadangan" "made a backup";
    /// As a file.
    Register "register" "mengambil buku register" "took a register away";
    /// As a file.
    Trail "trail" "mengambil jejak kegiatan" "took the audit trail away";
    /// Where nobody else knew.
    ClockBelieved "clock_believed" "menyatakan jam komputer benar" "said that the machine's clock is right";
    /// Letterhead, signers, chain.
    Letterhead "letterhead" "mengubah profil kantor" "changed the office's profile";
}

impl Act {
    /// The act that a word stands for; nothing for a word of another version.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn acts_are_told_apart_by_word_and_in_both_languages() {
        let of = |text: &dyn Fn(&Act) -> String| Act::ALL.iter().map(text).collect::<BTreeSet<_>>().len();
        assert_eq!(of(&|act| act.as_str().to_owned()), Act::ALL.len());
        assert_eq!((of(&|act| act.label().id), of(&|act| act.label().en)), (Act::ALL.len(), Act::ALL.len()));
        for act in Act::ALL {
            assert_eq!(Act::of(act.as_str()), Some(*act));
        }
        assert_eq!(Act::of("nothing"), None);
    }
}
