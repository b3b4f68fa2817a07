const en = {
  month: 'month',
  monthColumn: 'Month',
  small:
    'Numbers under five are small: whoever knows of one of these posts may recognise it. Think of that before you publish them.',
  check: {
    how: 'These figures follow from a log that can’t be altered unseen. Anybody can make them again from it, without trusting this installation:',
    files:
      'Take the report of this period: the figures, and the log’s entries that they are made of. Neither says anything of a post or a person.',
    make: 'Make the files',
    figures: 'figures.json',
    openings: 'openings.ndjson',
    key: 'Get the log’s public key from whoever answers for this installation, by a way that you trust, as a file ledger.key.',
    run: 'Run the verifier in the folder with the two files. It is one file without packages; “npm run build” in a clone of the project leaves it as dist/sansdelai-verify.mjs:',
    line: (what: string) =>
      `It must print “agrees” for every line. The figure here is the row ${what} in figures.json.`,
    more: 'What is measured, and what no log can show',
    close: 'Close',
  },
  back: {
    title: 'Brought back',
    hint: 'Content that was removed in this month or before and was to be public again, as it stands now. Counted from the removals, which the ledger holds as single facts; so there is no share of it to check.',
    columns: {
      route: 'Route',
      asked: 'To be brought back',
      seen: 'Seen readable again',
      pending: 'Under way',
      other: 'Not to be had',
    },
    none: 'Nothing was to be brought back in this month.',
    complaints: 'Complaints are not taken by this installation yet: there are no figures of them.',
  },
};

export type RegulatorWords = typeof en;

const fr: RegulatorWords = {
  month: 'mois',
  monthColumn: 'Mois',
  small:
    'Les nombres inférieurs à cinq sont petits : qui connaît une de ces publications peut la reconnaître. Pensez-y avant de les publier.',
  check: {
    how: 'Ces chiffres découlent d’un registre qu’on ne peut pas altérer sans que cela se voie. Chacun peut les refaire à partir de lui, sans faire confiance à cette installation :',
    files:
      'Prenez le rapport de la période : les chiffres, et les entrées du registre dont ils sont faits. Rien n’y est dit d’une publication ni d’une personne.',
    make: 'Préparer les fichiers',
    figures: 'figures.json',
    openings: 'openings.ndjson',
    key: 'Demandez la clé publique du registre à qui répond de cette installation, par une voie sûre, dans un fichier ledger.key.',
    run: 'Lancez le vérificateur dans le dossier des deux fichiers. C’est un seul fichier sans dépendances ; « npm run build », dans une copie du projet, le laisse sous dist/sansdelai-verify.mjs :',
    line: what => `Chaque ligne doit dire « agrees ». Le chiffre d’ici est la ligne ${what} de figures.json.`,
    more: 'Ce qui est mesuré, et ce qu’aucun registre ne peut montrer',
    close: 'Fermer',
  },
  back: {
    title: 'Rétablis',
    hint: 'Contenus retirés ce mois-ci ou avant, qui devaient redevenir publics ; leur état actuel. Comptés d’après les retraits, que le registre tient comme des faits isolés : il n’y a pas de part à vérifier.',
    columns: { route: 'Voie', asked: 'À rétablir', seen: 'Revus lisibles', pending: 'En cours', other: 'Introuvables' },
    none: 'Rien n’était à rétablir ce mois-ci.',
    complaints: 'Cette installation ne reçoit pas encore de réclamations : il n’y en a pas de chiffres.',
  },
};

const de: RegulatorWords = {
  month: 'Monat',
  monthColumn: 'Monat',
  small:
    'Zahlen unter fünf sind klein: Wer einen dieser Beiträge kennt, kann ihn wiedererkennen. Bedenken Sie das, bevor Sie sie veröffentlichen.',
  check: {
    how: 'Diese Zahlen folgen aus einem Register, das sich nicht unbemerkt ändern lässt. Jeder kann sie daraus neu berechnen, ohne dieser Installation zu vertrauen:',
    files:
      'Nehmen Sie den Bericht des Zeitraums: die Zahlen und die Einträge des Registers, aus denen sie gemacht sind. Über Beiträge und Personen steht darin nichts.',
    make: 'Dateien erstellen',
    figures: 'figures.json',
    openings: 'openings.ndjson',
    key: 'Lassen Sie sich den öffentlichen Schlüssel des Registers auf verlässlichem Weg von der verantwortlichen Stelle geben, als Datei ledger.key.',
    run: 'Starten Sie im Ordner mit den beiden Dateien das Prüfprogramm. Es ist eine einzige Datei ohne weitere Pakete; „npm run build“ in einer Kopie des Projekts legt sie als dist/sansdelai-verify.mjs ab:',
    line: what => `In jeder Zeile muss „agrees“ stehen. Die Zahl hier ist die Zeile ${what} in figures.json.`,
    more: 'Was gemessen wird, und was kein Register zeigen kann',
    close: 'Schließen',
  },
  back: {
    title: 'Zurückgebracht',
    hint: 'Inhalte, die in diesem Monat oder davor entfernt wurden und wieder öffentlich sein sollten, mit ihrem jetzigen Stand. Gezählt nach den Entfernungen, die das Register als einzelne Tatsachen führt; einen Anteil zum Nachprüfen gibt es daher nicht.',
    columns: {
      route: 'Weg',
      asked: 'Zurückzubringen',
      seen: 'Wieder lesbar gesehen',
      pending: 'Im Gang',
      other: 'Nicht zu finden',
    },
    none: 'In diesem Monat war nichts zurückzubringen.',
    complaints: 'Beschwerden nimmt diese Installation noch nicht an: Zahlen dazu gibt es nicht.',
  },
};

export const regulator = { en, fr, de };
