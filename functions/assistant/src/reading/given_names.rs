//! Given names that are common in Brazil, without accents and sorted: a message that is only a name may be typed in lower case.

const GIVEN: &str = "abigail adalberto adao adelaide ademar ademir adilson adriana adriano agata agenor agnaldo airton alan alana alberto alcides \
aldo alessandra alessandro alex alexandra alexandre alexia alfredo alice aline alisson almir alvaro amanda amaro amelia ana \
ananda anderson andre andrea andreia andressa angela angelica angelo anita anselmo antonia antonio aparecida ariane ariel arlete \
arlindo arnaldo artemio arthur artur augusto aurora ayrton barbara beatriz benedita benedito benicio benjamim benjamin berenice \
bernardo bianca breno brigida bruna bruno caetano caio caique camila camilo carina carla carlos carlota carmem carmen carolina \
caroline cassia cassiano catarina catia cecilia celia celina celso cesar cesario cicera cicero cidinha clara clarice clarissa \
claudemir claudete claudia claudio cleber cleide cleiton cleonice cleusa clodoaldo cosme creusa cristiana cristiane cristiano \
cristina dagmar dalton dalva damiao daniel daniela daniele danilo darci davi davina debora deise deivid delma denilson denise \
diana diego dilma diogo dionisio dirce djalma domingas domingos dorival douglas edgar edilene edileusa edilson edimar edite \
edith edivaldo edmilson edna edson eduarda eduardo elaine eleonora eliana eliane elias elis elisa elisabete elizabete elizabeth \
elizangela eloa eloisa elton elvira elza emanuel emanuela emanuelly emerson emilia emilio emily enzo erasmo erica erick erika \
erivaldo estefany estela ester eugenia eunice eurico eva evandro everaldo everton ezequiel fabiana fabiano fabio fabiola \
fabricio fagner fatima felipe fernanda fernando filipe flavia flavio floriano franciele francisca francisco franklin gabriel \
gabriela gabrielly gael genilda genival geralda geraldo germano getulio gilberto gilda gilmar gilson gilvan giovana giovanna \
gisele gislaine giulia glaucia gloria graca gregorio greice guilherme guiomar gustavo hamilton haroldo hector heitor helena \
helenice helio heloisa henrique herbert hilda horacio hugo humberto iara igor ines ingrid iracema irani irene isaac isabel \
isabela isabella isabelly isadora isaias ismael itamar ivan ivete ivo ivone ivonete jacira jacqueline jader jailson jaime jair \
jamile janaina jandira januaria jaqueline jeferson jefferson jeremias jessica jesuina joana joao joaquim joel joelma jonas \
jonatas jonathan jorge jose josefa josiane josue joyce jucelino judite julia juliana juliano julio juraci jurema jussara juvenal \
kaique karen karina karla katarina katia kaua keila kelly kevin kleber laercio lais lara larissa laura lauro lavinia lazaro \
leandro leda leila lena leonardo leonel leonilda leonor leopoldo leticia liane lidia ligia lilian lindalva livia livio lorena \
lorenzo lourdes lourenco luan luana lucas lucia luciana luciano lucilene lucimara lucineide lucio luis luisa luiz luiza lurdes \
luzia luzinete madalena magali magda maiara maicon maira maisa manoel manoela manuela mara marcela marcella marcelo marcia \
marciana marcilio marcio marcos margarete margarida maria mariana mariane marilda marilene marina mario marisa maristela marlene \
marlon marly marta mateus matheus mauricia mauricio mauro mayara mayra melina melissa mercedes michel michele miguel milena \
milton mirela miriam mirian moacir moises monica monique murilo nadia nadir nair nalva naomi nara natalia natalie natanael \
nathalia nathan neide neiva nelma nelson nestor neuma neusa neuza newton nicolas nicole nilda nilo nilson nilton nilza noel \
noemi norberto norma odair odete olga olinda olivia olivio onofre orlando oscar osmar osvaldina osvaldo otavio otto ozeias \
pamela pascoal patricia paula paulina paulo pedro pietra pietro priscila quiteria rafael rafaela rafaella railda raimunda \
raimundo raissa ramon raquel raul ravi rebeca regiane regina reginaldo reinaldo rejane renan renata renato ricardo rita roberta \
roberto rodrigo rogerio romeu romilda romulo ronaldo ronan rosa rosalia rosalina rosana rosane rosangela roseli rosemeire \
rosiane rosilene rosimeire rubem rubens rute ruth sabrina salete samanta samara samuel sandra sara saulo sebastiana sebastiao \
selma serafim sergio severina severino sheila shirley sidnei silas silvana silvia silvio simone sirlene sofia solange sonia \
sophia stefany stella suelen sueli suely suzana suzane tadeu tais talita tamara tamires tania tarcisio tatiana tatiane telma \
teodoro teresa tereza terezinha thais thiago tiaga tiago tomas ubirajara uelinton ulisses vagner valdemar valdenice valdete \
valdir valdirene valentina valeria valeriano valmir valquiria valter vanda vanderlei vanessa vania vera veridiana veronica \
vicente victor vilma vilson vinicius virginia vitor vitoria viviana viviane wagner wallace walmir walter wanda wanderley \
wanderson washington welington wellington wesley william wilson yago yan yara yasmin yolanda yuri zelia zenaide zilda zilma \
zuleica zulmira";

/// Whether a word, in lower case without accents, is one of them.
pub(super) fn is_given(word: &str) -> bool {
    GIVEN.split(' ').any(|name| name == word)
}
