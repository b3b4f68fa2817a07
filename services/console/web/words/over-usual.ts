/** Words about an authority that sends far more orders than usual. */
export const en = {
  title: (name: string) => `Far more orders than usual: ${name}`,
  what: (orders: number, since: string) =>
    orders === 0
      ? `Since ${since}. No order of it waits any more; what comes now is executed by a person only.`
      : `${orders === 1 ? '1 order waits' : `${orders} orders wait`} since ${since}; the hour of each runs on. Nothing of what came after its usual number is executed without a person.`,
  first:
    'Somebody may have its key. Ask the authority by a way that you know; then confirm the number once for all of them, or have the authority taken out of the register.',
  done: (name: string) => `The number is confirmed for a day: ${name}.`,
};
export type OverUsualWords = typeof en;

export const fr: OverUsualWords = {
  title: name => `Bien plus d’injonctions que d’habitude : ${name}`,
  what: (orders, since) =>
    orders === 0
      ? `Depuis ${since}. Aucune de ses injonctions n’attend plus ; ce qui arrive désormais n’est exécuté que par une personne.`
      : `${orders === 1 ? '1 injonction attend' : `${orders} injonctions attendent`} depuis ${since} ; l’heure de chacune court toujours. Rien de ce qui dépasse le nombre habituel n’est exécuté sans une personne.`,
  first:
    'Sa clé est peut-être volée. Interrogez l’autorité par une voie que vous connaissez, puis confirmez le nombre une fois pour toutes ces injonctions, ou faites retirer l’autorité du registre.',
  done: name => `Le nombre est confirmé pour un jour : ${name}.`,
};

export const de: OverUsualWords = {
  title: name => `Weit mehr Anordnungen als üblich: ${name}`,
  what: (orders, since) =>
    orders === 0
      ? `Seit ${since}. Keine ihrer Anordnungen wartet mehr; was jetzt eingeht, führt nur eine Person aus.`
      : `${orders === 1 ? '1 Anordnung wartet' : `${orders} Anordnungen warten`} seit ${since}; die Stunde jeder einzelnen läuft weiter. Was über die übliche Zahl hinausgeht, wird ohne eine Person nicht ausgeführt.`,
  first:
    'Vielleicht hat jemand ihren Schlüssel. Fragen Sie die Behörde auf einem Weg, den Sie kennen; dann bestätigen Sie die Zahl einmal für alle, oder lassen Sie die Behörde aus dem Register nehmen.',
  done: name => `Die Zahl ist für einen Tag bestätigt: ${name}.`,
};
