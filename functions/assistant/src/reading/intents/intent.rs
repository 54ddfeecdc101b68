//! The intents, each with what the rooms of the dialogue ask of any: a new one does not compile before it says which of these it is.

/// What several intents have in common, where a list of them decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Asked of an assistant that was told to be silent, it speaks again.
    Wakes,
    /// The clinic itself answers it, and then what was open is asked again.
    AsksTheClinic,
    /// It may be asked beside a booking, in the same message.
    AskedBeside,
    /// Said to times that were offered to who did not come, it wants one of them.
    WantsATime,
    /// It states facts: which time, which day, which one.
    States,
    /// A professional may say it to a notice, and wants nothing as a patient.
    Chats,
}

macro_rules! intents {
    ($($(#[$doc:meta])* $name:ident = $label:literal [$($quality:ident),*],)*) => {
        /// What a message wants.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub enum Intent {
            /// Nothing a clinic's assistant is for, or nothing that was recognised.
            #[default]
            Unknown,
            $($(#[$doc])* $name,)*
        }

        impl Intent {
            /// Whether it has a quality. One that was not recognised only chats.
            pub fn is(self, quality: Quality) -> bool {
                let all: &[Quality] = match self {
                    Self::Unknown => &[Quality::Chats],
                    $(Self::$name => &[$(Quality::$quality),*],)*
                };
                all.contains(&quality)
            }

            /// The word for it in the files of labelled utterances.
            pub fn label(self) -> &'static str {
                match self {
                    Self::Unknown => "fora_de_escopo",
                    $(Self::$name => $label,)*
                }
            }

            /// The intent of a word in those files.
            pub fn of_label(label: &str) -> Option<Self> {
                match label {
                    "fora_de_escopo" => Some(Self::Unknown),
                    $($label => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

intents! {
    /// Words of emergency.
    Urgent = "urgencia" [Wakes],
    /// To talk to a person.
    Human = "humano" [],
    /// No more automatic messages.
    Stop = "parar" [],
    /// Automatic messages again.
    Resume = "voltar" [Wakes],
    /// From the start.
    StartOver = "recomecar" [],
    /// To book.
    Book = "agendar" [Wakes, WantsATime],
    /// To know what is free.
    Availability = "consultar_horarios" [WantsATime],
    /// To state facts of the appointment wanted: a day, an hour, a name.
    Inform = "informar" [States, Chats],
    /// To take one of what was offered.
    Choose = "escolher" [States],
    /// To put right what was said or understood.
    Correct = "corrigir" [States],
    /// Other times than those offered.
    More = "mais_opcoes" [],
    /// Yes.
    Yes = "confirmar" [WantsATime, Chats],
    /// No.
    No = "negar" [Chats],
    /// To answer another time.
    AnswerLater = "adiar_resposta" [],
    /// Not to come, without saying what instead.
    NoShow = "nao_comparecer" [],
    /// To see one's appointments.
    Appointments = "consultar_agendamento" [],
    /// To move an appointment.
    Reschedule = "remarcar" [WantsATime],
    /// To cancel an appointment.
    Cancel = "cancelar" [],
    /// Not to cancel it.
    KeepAppointment = "nao_cancelar" [],
    /// To let go of what is being arranged.
    GiveUp = "desistir" [],
    /// To be told when a time gets free.
    WaitingList = "lista_espera" [],
    /// Not to be told any more.
    LeaveLine = "sair_da_espera" [],
    /// To come late.
    Late = "atraso" [],
    /// To be there.
    Arrived = "chegada" [],
    /// Prices and ways to pay.
    Price = "preco" [AsksTheClinic, AskedBeside],
    /// Whether a convênio is accepted.
    Insurance = "convenio" [AsksTheClinic, AskedBeside],
    /// Where the clinic is.
    Address = "endereco" [AsksTheClinic, AskedBeside],
    /// Opening hours, phones, what is done there.
    Info = "informacao" [AsksTheClinic, AskedBeside],
    /// A question about the conversation or the rules, which people answer.
    OtherQuestion = "outra_pergunta" [],
    /// Papers: prescriptions, certificates, results.
    Document = "documento" [],
    /// A question of medicine.
    Medical = "pergunta_clinica" [],
    /// Symptoms told, without an emergency or a wish.
    Report = "relato" [],
    /// A complaint.
    Complaint = "reclamacao" [],
    /// Who is answering.
    Who = "quem_e" [AsksTheClinic],
    /// What can be done here.
    Help = "ajuda" [Wakes],
    /// Thanks.
    Thanks = "agradecer" [Chats],
    /// A greeting and nothing else.
    Greeting = "saudacao" [],
}
