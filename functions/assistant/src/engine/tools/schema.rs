//! The tools as a model is told of them.

use serde_json::{Value, json};

use super::super::provider::Tool;

/// All of them. Those that look come back with an answer; the others end the thought.
pub(in super::super) fn all() -> Vec<Tool> {
    let tool = |name, description, properties: Value| {
        let schema = json!({ "type": "object", "properties": properties, "required": [], "additionalProperties": false });
        Tool { name, description, schema }
    };
    let text = |description: &str| json!({ "type": "string", "description": description });
    let day = text("Data no formato AAAA-MM-DD");
    let part = json!({ "type": "string", "enum": ["manha", "tarde", "noite"] });
    let (profissional, servico) = (text("Nome do profissional"), text("Nome do serviço"));
    let convenio = text("Nome do convênio, ou particular");
    let horario = text("Referência de um horário livre, como h2");
    let consulta = text("Referência de uma consulta do paciente, como c1");
    vec![
        tool(
            "horarios_livres",
            "Mostra horários livres da agenda, cada um com a sua referência.",
            json!({
                "profissional": profissional, "servico": servico, "convenio": convenio,
                "de": day, "ate": day, "periodo": part,
            }),
        ),
        tool(
            "minhas_consultas",
            "Devolve as consultas futuras do paciente que escreve, cada uma com a sua referência.",
            json!({}),
        ),
        tool(
            "marcar",
            "Registra o que o paciente quer de uma consulta nova, ou completa a que está sendo combinada. Informe só o que ele disse; o sistema \
             pergunta o resto e pede a confirmação.",
            json!({
                "horario": horario, "profissional": profissional, "servico": servico, "convenio": convenio, "dia": day, "periodo": part,
                "nome": text("Nome de quem vem, se o paciente escreveu"),
                "outra_pessoa": { "type": "boolean", "description": "Se a consulta é para outra pessoa" },
            }),
        ),
        tool(
            "remarcar",
            "Registra que o paciente quer outro horário para uma consulta que já tem.",
            json!({ "consulta": consulta, "horario": horario, "dia": day, "periodo": part }),
        ),
        tool(
            "cancelar",
            "Registra que o paciente quer cancelar uma consulta que já tem; o sistema pede a confirmação.",
            json!({ "consulta": consulta }),
        ),
        tool("mostrar_consultas", "Mostra ao paciente as consultas que ele tem.", json!({})),
        tool("confirmar_presenca", "O paciente disse que vem à consulta que tem.", json!({})),
        tool(
            "entrar_na_lista_de_espera",
            "O paciente quer ser avisado quando um horário vagar.",
            json!({ "profissional": profissional, "servico": servico, "dia": day, "periodo": part }),
        ),
        tool("chamar_pessoa", "O paciente pede para falar com uma pessoa da clínica.", json!({})),
    ]
}
