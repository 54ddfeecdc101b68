//! Given names that are common in Brazil, without accents and sorted: a message that is only a name may be typed in lower case.

const GIVEN: &str = "abigail adalberto adao adelaide ademar ademir adilson adriana adriano agata agnaldo airton alan alana \
alberto alessandra alessandro alex alexandra alexandre alexia alice aline alisson amanda amelia ana anderson andre andrea \
andreia andressa angela angelica anita antonia antonio aparecida arlete arthur artur augusto aurora barbara beatriz benedita \
benedito benicio benjamin bernardo bianca breno bruna bruno caio camila carina carla carlos carmem carmen carolina caroline \
cassia catarina cecilia celia celina celso cesar cicera cicero clara claudia claudio cleber cleide clara cleusa cristiana \
cristiane cristiano cristina dalva daniel daniela daniele danilo davi debora denise diana diego dirce diogo domingas domingos \
douglas edilson edimar edmilson edna edson eduarda eduardo elaine eliana eliane elias elisa elisabete elizabete elizabeth \
elza emanuel emanuelly emerson emilia emily enzo erica erick erika estela ester eunice eva evandro fabiana fabiano fabio \
fabricio fatima felipe fernanda fernando filipe flavia flavio francisca francisco franciele gabriel gabriela gabrielly geraldo \
geralda gilberto gilmar gilson giovana giovanna gisele gislaine giulia glaucia gloria graca guilherme gustavo heitor helena \
helenice helio heloisa henrique hugo iara igor ines ingrid irene isaac isabel isabela isabella isabelly isadora ivan ivone \
jair jandira janaina jaqueline jessica joana joao joaquim joel jonas jonathan jorge jose josefa joyce julia juliana juliano \
julio jussara kaique karen karina karla katia kaua kelly kevin laercio lais lara larissa laura lavinia leandro leila lena \
leonardo leonor leticia lidia ligia lilian lindalva livia lorena lorenzo lourdes lourenco luan luana lucas lucia luciana \
luciano lucilene lucio lucimara luis luisa luiz luiza lurdes luzia maiara manoel manuela mara marcela marcelo marcia marcio \
marcos margarida maria mariana mariane marilda marilene marina mario marisa maristela marlene marta mateus matheus mauricio \
mauro mayara melissa mercedes michel michele miguel milena milton miriam moacir monica monique murilo nadia nair natalia \
natalie nathalia neide nelson neusa neuza newton nicolas nicole nilson nilza noemi norma odete olga olivia orlando osmar \
osvaldo otavio pamela patricia paula paulo pedro pietra priscila rafael rafaela raimunda raimundo raissa ramon raquel raul \
rebeca regiane regina reginaldo reinaldo renan renata renato ricardo rita roberta roberto rodrigo rogerio romulo ronaldo \
rosa rosana rosangela roseli rosemeire rosilene rosimeire rubens ruth sabrina samara samuel sandra sara sebastiana sebastiao \
selma sergio severino sidnei silvana silvia silvio simone solange sonia sofia sophia sueli suely suzana tais talita tamires \
tania tatiana tatiane terezinha teresa tereza thais thiago tiago ubirajara valdir valentina valeria valmir valter vanda \
vanderlei vanessa vania vera veronica vicente victor vilma vinicius vitor vitoria viviane wagner walter wanderley wellington \
wesley william wilson yasmin yara yuri zelia zilda";

/// Whether a word, in lower case without accents, is one of them.
pub(super) fn is_given(word: &str) -> bool {
    GIVEN.split(' ').any(|name| name == word)
}
