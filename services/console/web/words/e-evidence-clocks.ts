interface Row {
  name: string;
  starts?: string;
  suspends?: string;
  stops?: string;
}

/** Words of the time limits of Regulation (EU) 2023/1543. In English the server says the rest. */
export const en: Record<string, Row> = {
  'epoc-preserve': { name: 'Production order: preserve' },
  epoc: { name: 'Production order' },
  'epoc-notified': { name: 'Production order: wait for the notified authority' },
  'epoc-emergency': { name: 'Production order, emergency' },
  'epoc-emergency-objection': { name: 'Emergency: objection afterwards' },
  'epoc-emergency-validation': { name: 'Emergency: validation afterwards' },
  'epoc-inability': { name: 'e-Evidence: Annex III' },
  'epoc-clarification': { name: 'Production order: clarification' },
  'epoc-third-country': { name: 'Production order: law of a third country' },
  'epoc-pr': { name: 'Preservation order' },
  'epoc-pr-extended': { name: 'Preservation order: extension' },
  'epoc-pr-clarification': { name: 'Preservation order: clarification' },
  'epoc-enforcement': { name: 'e-Evidence: enforcement' },
};

export const fr: typeof en = {
  'epoc-preserve': {
    name: 'Injonction de production : conserver',
    starts: 'une injonction de production est reçue',
    stops: 'les données qu’elle vise sont conservées',
  },
  epoc: {
    name: 'Injonction de production',
    starts: 'une injonction de production est reçue, dont nul ne doit être notifié',
    suspends: 'l’autorité d’émission est priée de la corriger (annexe III) ; le délai reprend avec sa réponse',
    stops: 'les données sont transmises, ou l’injonction est retirée',
  },
  'epoc-notified': {
    name: 'Injonction de production : attendre l’autorité notifiée',
    starts: 'une injonction de production est reçue, à notifier à l’autorité d’exécution : rien n’est transmis avant',
    stops: 'dix jours ont passé sans motif de refus, ou l’autorité d’exécution a dit plus tôt n’en invoquer aucun',
  },
  'epoc-emergency': {
    name: 'Injonction de production, urgence',
    starts: 'une injonction de production est reçue en cas d’urgence',
    stops: 'les données sont transmises ; rien ne suspend le délai',
  },
  'epoc-emergency-objection': {
    name: 'Urgence : opposition après coup',
    starts: 'une injonction de production urgente est notifiée à l’autorité d’exécution',
    stops: 'elle a invoqué un motif de refus, ou le délai est passé',
  },
  'epoc-emergency-validation': {
    name: 'Urgence : validation après coup',
    starts:
      'une injonction est émise d’urgence sans validation, pour des données d’abonné ou pour identifier un utilisateur',
    stops: 'elle est validée après coup ; sinon elle est retirée, et ce qui a été obtenu est effacé',
  },
  'epoc-inability': {
    name: 'e-Evidence : annexe III',
    starts: 'un motif est invoqué pour lequel une injonction n’est pas exécutée telle quelle',
    stops: 'l’accusé de réception du formulaire de l’annexe III est enregistré',
  },
  'epoc-clarification': {
    name: 'Injonction de production : précisions',
    starts: 'le formulaire de l’annexe III prie l’autorité d’émission de corriger une injonction de production',
    stops: 'elle a répondu',
  },
  'epoc-third-country': {
    name: 'Injonction de production : droit d’un pays tiers',
    starts: 'une injonction de production est reçue, contraire au droit d’un pays tiers',
    stops: 'l’objection motivée est envoyée, ou une personne décide qu’il n’y en a pas',
  },
  'epoc-pr': {
    name: 'Injonction de conservation',
    starts: 'une injonction de conservation est reçue',
    stops:
      'soixante jours ont passé sans confirmation ni prolongation ; si la production est confirmée (annexe V), jusqu’à celle-ci',
  },
  'epoc-pr-extended': {
    name: 'Injonction de conservation : prolongation',
    starts: 'l’autorité d’émission la prolonge (annexe VI), à compter de la fin des soixante jours',
    stops: 'trente jours de plus ont passé sans confirmation',
  },
  'epoc-pr-clarification': {
    name: 'Injonction de conservation : précisions',
    starts: 'le formulaire de l’annexe III prie l’autorité d’émission de corriger une injonction de conservation',
    stops: 'elle a répondu ; sans réponse à temps, l’injonction n’a pas à être exécutée',
  },
  'epoc-enforcement': {
    name: 'e-Evidence : exécution forcée',
    starts: 'l’autorité d’émission demande l’exécution forcée d’une injonction',
    stops: 'l’autorité d’exécution a décidé de la reconnaître ou non : cinq jours ouvrables, qui ne courent pas ici',
  },
};

export const de: typeof en = {
  'epoc-preserve': {
    name: 'Herausgabeanordnung: sichern',
    starts: 'eine Herausgabeanordnung eingeht',
    stops: 'die genannten Daten sind gesichert',
  },
  epoc: {
    name: 'Herausgabeanordnung',
    starts: 'eine Herausgabeanordnung eingeht, von der niemand zu unterrichten ist',
    suspends:
      'die Anordnungsbehörde wird um Berichtigung gebeten (Anhang III); mit ihrer Antwort läuft die Frist weiter',
    stops: 'die Daten sind übermittelt, oder die Anordnung ist zurückgenommen',
  },
  'epoc-notified': {
    name: 'Herausgabeanordnung: auf die unterrichtete Behörde warten',
    starts:
      'eine Herausgabeanordnung eingeht, von der die Vollstreckungsbehörde zu unterrichten ist: Vorher wird nichts übermittelt',
    stops:
      'zehn Tage sind ohne Ablehnungsgrund vergangen, oder die Vollstreckungsbehörde hat früher erklärt, keinen geltend zu machen',
  },
  'epoc-emergency': {
    name: 'Herausgabeanordnung im Notfall',
    starts: 'eine Herausgabeanordnung in einem Notfall eingeht',
    stops: 'die Daten sind übermittelt; nichts hemmt die Frist',
  },
  'epoc-emergency-objection': {
    name: 'Notfall: nachträglicher Einwand',
    starts: 'die Vollstreckungsbehörde von einer Herausgabeanordnung im Notfall unterrichtet ist',
    stops: 'sie hat einen Ablehnungsgrund geltend gemacht, oder die Zeit ist um',
  },
  'epoc-emergency-validation': {
    name: 'Notfall: nachträgliche Validierung',
    starts:
      'eine Anordnung im Notfall ohne Validierung ergeht, für Teilnehmerdaten oder um einen Nutzer zu identifizieren',
    stops: 'sie ist nachträglich validiert; sonst wird sie zurückgenommen und das Erlangte gelöscht',
  },
  'epoc-inability': {
    name: 'e-Evidence: Anhang III',
    starts: 'ein Grund genannt ist, aus dem eine Anordnung nicht so ausgeführt wird, wie sie ist',
    stops: 'die Empfangsbestätigung des Formulars nach Anhang III liegt vor',
  },
  'epoc-clarification': {
    name: 'Herausgabeanordnung: Klarstellung',
    starts: 'das Formular nach Anhang III die Anordnungsbehörde bittet, eine Herausgabeanordnung zu berichtigen',
    stops: 'sie hat geantwortet',
  },
  'epoc-third-country': {
    name: 'Herausgabeanordnung: Recht eines Drittlands',
    starts: 'eine Herausgabeanordnung eingeht, die dem Recht eines Drittlands widerspricht',
    stops: 'der begründete Einwand ist gesendet, oder eine Person entscheidet, dass es keinen gibt',
  },
  'epoc-pr': {
    name: 'Sicherungsanordnung',
    starts: 'eine Sicherungsanordnung eingeht',
    stops:
      'sechzig Tage sind um, und nichts ist bestätigt oder verlängert; ist die Herausgabe bestätigt (Anhang V), bis zu dieser',
  },
  'epoc-pr-extended': {
    name: 'Sicherungsanordnung: Verlängerung',
    starts: 'die Anordnungsbehörde sie verlängert (Anhang VI), vom Ende der sechzig Tage an',
    stops: 'dreißig weitere Tage sind um, und nichts ist bestätigt',
  },
  'epoc-pr-clarification': {
    name: 'Sicherungsanordnung: Klarstellung',
    starts: 'das Formular nach Anhang III die Anordnungsbehörde bittet, eine Sicherungsanordnung zu berichtigen',
    stops: 'sie hat geantwortet; ohne rechtzeitige Antwort muss die Anordnung nicht ausgeführt werden',
  },
  'epoc-enforcement': {
    name: 'e-Evidence: Vollstreckung',
    starts: 'die Anordnungsbehörde um die Vollstreckung einer Anordnung ersucht',
    stops: 'die Vollstreckungsbehörde hat über die Anerkennung entschieden: fünf Arbeitstage, die hier nicht laufen',
  },
};
