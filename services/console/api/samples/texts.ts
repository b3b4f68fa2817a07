/** Posts written to try the pipeline with: mild, about nothing, in several languages. */

/** A bank that nobody confirmed lists these, so that each goes to a person. */
export const forReview: readonly string[] = [
  'The ferry to the outer islands leaves at noon today because of the high tide in the harbour.',
  'Our choir rehearses on Thursday evening in the old fire station, newcomers are always welcome.',
  'The library on Mill Street lends garden tools now, ask for the spade at the front desk.',
  'Someone left a blue umbrella on the number seven bus, the driver kept it behind his seat.',
  'Le marché de samedi se tiendra sur la place haute, les travaux du pont ne sont pas finis.',
  'La boulangerie du quartier cherche quelqu’un pour pétrir le pain avant l’aube, trois jours par semaine.',
  'Nos voisins ont planté douze pommiers derrière l’école, les enfants les arrosent chaque matin.',
  'Der Wanderweg zum See ist nach dem Sturm wieder frei, nur die kleine Brücke fehlt noch.',
  'Im Gemeindehaus wird am Sonntag getauscht: Bücher gegen Marmelade, Fahrradschläuche gegen Setzlinge.',
  'La panadería de la esquina abre los domingos desde las siete y guarda pan para los vecinos mayores.',
  'مكتبة الحي تفتح أبوابها مساء الخميس وتعير الأطفال القصص المصورة دون مقابل طوال الصيف',
];

/** With the standard test post: removed by itself. */
export const forRemoval: readonly string[] = [
  'A sample that is removed by itself',
  'Un exemple qui est retiré tout seul',
  'Ein Beispiel, das von selbst entfernt wird',
  'Un ejemplo que se retira solo',
];

/** Nothing is found in these, and they stay. */
export const forNothing: readonly string[] = [
  'Two swans have settled on the mill pond.',
  'The tomatoes are late this year.',
  'Il neige sur le plateau, roulez doucement.',
  'Wer hat ein Rezept für Quittengelee?',
  'Hoy se oye el mar desde la plaza.',
];
