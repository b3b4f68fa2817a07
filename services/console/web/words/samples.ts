const en = {
  title: 'Sample cases',
  hint: (n: number) =>
    `${n} mild posts on the sandbox, in five languages: some wait for a person under Review, some are removed by themselves, the rest stays. They count in the figures, under the route “sandbox”.`,
  add: 'Fill the screens with samples',
  adding: 'The posts are being written; give it a minute.',
  there: (n: string) => `${n} sample posts are there.`,
  remove: 'Take the samples away',
  removed: 'The samples are gone: posts, cases and their bank. What was counted stays counted.',
  connect: 'Calls to your own platforms appear here, each with what was sent and what came back. None was made yet.',
  connectHow: 'How to connect a platform',
};
export type SampleWords = typeof en;

const fr: SampleWords = {
  title: 'Cas d’exemple',
  hint: n =>
    `${n} publications anodines sur le bac à sable, en cinq langues : certaines attendent une personne sous Examen, d’autres sont retirées toutes seules, le reste demeure. Elles comptent dans les chiffres, sous la voie « sandbox ».`,
  add: 'Remplir les écrans d’exemples',
  adding: 'Les publications s’écrivent ; comptez une minute.',
  there: n => `${n} publications d’exemple sont là.`,
  remove: 'Enlever les exemples',
  removed: 'Les exemples sont partis : publications, dossiers et leur banque. Ce qui a été compté le reste.',
  connect:
    'Les appels à vos propres plateformes apparaissent ici, chacun avec ce qui a été envoyé et ce qui est revenu. Il n’y en a pas encore eu.',
  connectHow: 'Comment raccorder une plateforme',
};

const de: SampleWords = {
  title: 'Beispielfälle',
  hint: n =>
    `${n} harmlose Beiträge im Sandkasten, in fünf Sprachen: Einige warten unter Prüfung auf eine Person, einige werden von selbst entfernt, der Rest bleibt. Sie zählen in den Zahlen mit, unter dem Weg „sandbox“.`,
  add: 'Ansichten mit Beispielen füllen',
  adding: 'Die Beiträge werden geschrieben; das dauert etwa eine Minute.',
  there: n => `${n} Beispielbeiträge sind da.`,
  remove: 'Beispiele wegnehmen',
  removed: 'Die Beispiele sind fort: Beiträge, Fälle und ihre Bank. Was gezählt wurde, bleibt gezählt.',
  connect:
    'Hier erscheinen die Aufrufe Ihrer eigenen Plattformen, jeder mit dem, was gesendet wurde und was zurückkam. Bisher gab es keinen.',
  connectHow: 'So schließen Sie eine Plattform an',
};

export const samples = { en, fr, de };
