//! The fixed texts of a desk, both languages side by side: a text that lacks one does not compile.

/// Makes `Texts`, `ID` and `EN` from lines `name: "Indonesian", "English";`, and `Worded`, by which a [`crate::Language`]
/// gives them.
#[macro_export]
macro_rules! texts {
    ($($name:ident: $id:literal, $en:literal;)*) => {
        /// All texts in one language.
        pub(crate) struct Texts {
            $(pub(crate) $name: &'static str,)*
        }

        /// Indonesian.
        pub(crate) const ID: Texts = Texts { $($name: $id,)* };

        /// English.
        pub(crate) const EN: Texts = Texts { $($name: $en,)* };

        /// A language that has these texts.
        pub(crate) trait Worded {
            /// The fixed texts of the pages.
            fn texts(self) -> &'static Texts;
        }

        impl Worded for $crate::Language {
            fn texts(self) -> &'static Texts {
                match self {
                    Self::Indonesian => &ID,
                    Self::English => &EN,
                }
            }
        }
    };
}
