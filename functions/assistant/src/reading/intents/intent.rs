//! The intents.

macro_rules! intents {
    ($($(#[$doc:meta])* $name:ident = $label:literal,)*) => {
        /// What a message wants.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub enum Intent {
            /// Nothing a clinic's assistant is for, or nothing that was recognised.
            #[default]
            Unknown,
            $($(#[$doc])* $name,)*
        }

        impl Intent {
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
    Urgent = "urgencia",
    /// To talk to a person.
    Human = "humano",
    /// No more automatic messages.
    Stop = "parar",
    /// Automatic messages again.
    Resume = "voltar",
    /// From the start.
    StartOver = "recomecar",
    /// To book.
    Book = "agendar",
    /// To know what is free.
    Availability = "consultar_horarios",
    /// To state facts of the appointment wanted: a day, an hour, a name.
    Inform = "informar",
    /// To take one of what was offered.
    Choose = "escolher",
    /// To put right what was said or understood.
    Correct = "corrigir",
    /// Other times than those offered.
    More = "mais_opcoes",
    /// Yes.
    Yes = "confirmar",
    /// No.
    No = "negar",
    /// To answer another time.
    AnswerLater = "adiar_resposta",
    /// Not to come, without saying what instead.
    NoShow = "nao_comparecer",
    /// To see one's appointments.
    Appointments = "consultar_agendamento",
    /// To move an appointment.
    Reschedule = "remarcar",
    /// To cancel an appointment.
    Cancel = "cancelar",
    /// Not to cancel it.
    KeepAppointment = "nao_cancelar",
    /// To let go of what is being arranged.
    GiveUp = "desistir",
    /// To be told when a time gets free.
    WaitingList = "lista_espera",
    /// Not to be told any more.
    LeaveLine = "sair_da_espera",
    /// To come late.
    Late = "atraso",
    /// To be there.
    Arrived = "chegada",
    /// Prices and ways to pay.
    Price = "preco",
    /// Whether a convênio is accepted.
    Insurance = "convenio",
    /// Where the clinic is.
    Address = "endereco",
    /// Opening hours, phones, what is done there.
    Info = "informacao",
    /// A question about the conversation or the rules, which people answer.
    OtherQuestion = "outra_pergunta",
    /// Papers: prescriptions, certificates, results.
    Document = "documento",
    /// A question of medicine.
    Medical = "pergunta_clinica",
    /// Symptoms told, without an emergency or a wish.
    Report = "relato",
    /// A complaint.
    Complaint = "reclamacao",
    /// Who is answering.
    Who = "quem_e",
    /// What can be done here.
    Help = "ajuda",
    /// Thanks.
    Thanks = "agradecer",
    /// A greeting and nothing else.
    Greeting = "saudacao",
}
