/**
 * What the server says in English to people, in French and German. The English sentence is the key, `{…}` stands for what is put into it; a test takes
 * every such sentence from the server's source and finds it here. Values called `{state}` and `{act}` are words themselves (`values`), `{reason}` is a
 * sentence.
 */
export type Said = readonly [fr: string, de: string];

export const reasons = {
  // Any call
  'A part that this needs is away. Nothing was acknowledged; send it again.': [
    'Un élément nécessaire est indisponible. Rien n’a été enregistré ; recommencez.',
    'Ein Teil, der dafür nötig ist, ist nicht erreichbar. Nichts wurde angenommen; versuchen Sie es noch einmal.',
  ],
  'It was changed by somebody else at the same moment. Look again.': [
    'Quelqu’un d’autre l’a modifié au même moment. Regardez à nouveau.',
    'Jemand anderes hat es im selben Augenblick geändert. Sehen Sie noch einmal nach.',
  ],
  'Some fields are missing or wrong.': [
    'Certains champs manquent ou sont incorrects.',
    'Einige Felder fehlen oder sind falsch.',
  ],
  'Some parameters are missing or wrong.': [
    'Certains paramètres manquent ou sont incorrects.',
    'Einige Angaben der Abfrage fehlen oder sind falsch.',
  ],
  'The body is larger than this address takes.': ['C’est trop volumineux.', 'Das ist zu groß.'],
  'The body is not UTF-8.': ['Le texte n’est pas en UTF-8.', 'Der Text ist nicht in UTF-8.'],
  'The body is not JSON: {detail}': ['Ce n’est pas du JSON : {detail}', 'Das ist kein JSON: {detail}'],
  'There is nothing at {method} {path}.': [
    'Il n’y a rien à cette adresse : {method} {path}.',
    'Unter {method} {path} gibt es nichts.',
  ],
  'This is our fault; it is in the log.': [
    'L’erreur est de notre côté ; elle est dans le journal.',
    'Der Fehler liegt bei uns; er steht im Protokoll.',
  ],
  'Starting; try again in a moment.': [
    'Démarrage en cours ; réessayez dans un instant.',
    'Das System startet; versuchen Sie es gleich noch einmal.',
  ],
  'Nothing to change.': ['Rien à modifier.', 'Es gibt nichts zu ändern.'],

  // Signing in, people, keys
  'Log in, or send a key: "Authorization: Bearer <key>".': [
    'Connectez-vous, ou envoyez une clé.',
    'Melden Sie sich an, oder senden Sie einen Schlüssel.',
  ],
  'Log in first.': ['Connectez-vous d’abord.', 'Melden Sie sich zuerst an.'],
  'This login was not begun here, or took too long. Begin again.': [
    'Cette connexion n’a pas commencé ici, ou a duré trop longtemps. Recommencez.',
    'Diese Anmeldung hat nicht hier begonnen oder zu lange gedauert. Beginnen Sie noch einmal.',
  ],
  'The login provider did not say who you are. Begin again.': [
    'Le fournisseur d’identité n’a pas dit qui vous êtes. Recommencez.',
    'Der Anmeldedienst hat nicht gesagt, wer Sie sind. Beginnen Sie noch einmal.',
  ],
  'The one-time code is missing.': ['Le code à usage unique manque.', 'Der Einmalcode fehlt.'],
  'Name, password or code is wrong.': ['Nom, mot de passe ou code incorrect.', 'Name, Passwort oder Code ist falsch.'],
  'Only the console itself may ask for this.': [
    'Seule la console peut le demander.',
    'Das darf nur die Konsole selbst abfragen.',
  ],
  'The role {role} may not do this ({scope}).': [
    'Ce rôle n’y donne pas droit ({scope}).',
    'Diese Rolle darf das nicht ({scope}).',
  ],
  'This key lacks the scope {scope}.': [
    'Cette clé n’a pas le droit {scope}.',
    'Diesem Schlüssel fehlt das Recht {scope}.',
  ],
  'The old password is wrong.': ['L’ancien mot de passe est incorrect.', 'Das alte Passwort ist falsch.'],
  "Only an administrator sees other people's sessions.": [
    'Seul un administrateur voit les sessions des autres.',
    'Die Sitzungen anderer sieht nur ein Verwalter.',
  ],
  "Only an administrator ends other people's sessions.": [
    'Seul un administrateur met fin aux sessions des autres.',
    'Die Sitzungen anderer beendet nur ein Verwalter.',
  ],
  'You are known to the login provider, but have no role here. Ask whoever runs this installation.': [
    'Le fournisseur d’identité vous connaît, mais vous n’avez pas de rôle ici. Adressez-vous à qui exploite cette installation.',
    'Der Anmeldedienst kennt Sie, aber Sie haben hier keine Rolle. Fragen Sie, wer diese Installation betreibt.',
  ],
  'There is somebody else called {name} here already.': [
    'Quelqu’un d’autre s’appelle déjà {name} ici.',
    'Hier heißt schon jemand anderes {name}.',
  ],
  'This account is disabled.': ['Ce compte est désactivé.', 'Dieses Konto ist gesperrt.'],
  'The login provider does not answer. Try again, or log in with a password.': [
    'Le fournisseur d’identité ne répond pas. Réessayez, ou connectez-vous avec un mot de passe.',
    'Der Anmeldedienst antwortet nicht. Versuchen Sie es noch einmal, oder melden Sie sich mit einem Passwort an.',
  ],
  'This page is not served as "{host}". Set SANSDELAI_URL to the address it is reached at.': [
    'Cette page n’est pas servie sous « {host} ». Indiquez son adresse dans SANSDELAI_URL.',
    'Diese Seite wird nicht unter „{host}“ ausgeliefert. Tragen Sie ihre Adresse als SANSDELAI_URL ein.',
  ],
  'This needs the scope {scope}.': ['Il y faut le droit {scope}.', 'Dafür braucht es das Recht {scope}.'],
  'This needs the scope figures:read.': [
    'Il y faut le droit figures:read.',
    'Dafür braucht es das Recht figures:read.',
  ],
  'Single sign-on is not set up here: see OIDC_ISSUER.': [
    'L’authentification unique n’est pas configurée ici : voir OIDC_ISSUER.',
    'Einmalanmeldung ist hier nicht eingerichtet: siehe OIDC_ISSUER.',
  ],
  'There is no such session.': ['Cette session n’existe pas.', 'Diese Sitzung gibt es nicht.'],
  'There is nobody of this name.': ['Personne ne porte ce nom.', 'Niemand heißt so.'],
  'There is no such key, or it was ended already.': [
    'Cette clé n’existe pas, ou est déjà finie.',
    'Diesen Schlüssel gibt es nicht, oder er ist schon beendet.',
  ],
  'One-time codes are set up. An administrator can take them away.': [
    'Les codes à usage unique sont en place. Un administrateur peut les enlever.',
    'Einmalcodes sind eingerichtet. Ein Verwalter kann sie wegnehmen.',
  ],
  'There is somebody called {name} already.': ['Quelqu’un s’appelle déjà {name}.', 'Es heißt schon jemand {name}.'],
  'Somebody else has to change your own role.': [
    'Votre propre rôle ne peut être changé que par quelqu’un d’autre.',
    'Ihre eigene Rolle muss jemand anderes ändern.',
  ],
  'The code is wrong, or was used already. Is the clock of the device right?': [
    'Le code est incorrect, ou a déjà servi. L’horloge de l’appareil est-elle à l’heure ?',
    'Der Code ist falsch oder wurde schon benutzt. Geht die Uhr des Geräts richtig?',
  ],
  'Nothing to change: name a role, disabled, password or withoutCode.': [
    'Rien à modifier.',
    'Es gibt nichts zu ändern.',
  ],
  'Too many wrong codes. Wait a quarter of an hour.': [
    'Trop de codes incorrects. Attendez un quart d’heure.',
    'Zu viele falsche Codes. Warten Sie eine Viertelstunde.',
  ],
  'Too many wrong logins. Wait {n} seconds.': [
    'Trop de connexions refusées. Attendez {n} secondes.',
    'Zu viele falsche Anmeldungen. Warten Sie {n} Sekunden.',
  ],

  // Two people together
  'There is nothing to approve under this id.': ['Il n’y a rien à accorder ici.', 'Hier gibt es nichts zuzustimmen.'],
  'It needs a second person: who asked for it can only withdraw it.': [
    'Il faut une seconde personne : qui l’a demandé ne peut qu’annuler la demande.',
    'Es braucht eine zweite Person: Wer gefragt hat, kann nur zurückziehen.',
  ],
  'Deciding on this needs {scope}.': [
    'Pour en décider, il faut le droit {scope}.',
    'Um darüber zu entscheiden, braucht es das Recht {scope}.',
  ],
  'It was {state} by {name} already.': ['C’est déjà fait par {name} : {state}.', '{name} war schneller: {state}.'],
  'It waited too long and has to be asked for anew.': [
    'La demande a attendu trop longtemps ; il faut la refaire.',
    'Es hat zu lange gewartet und muss neu beantragt werden.',
  ],
  'What it is about changed meanwhile. Look again.': [
    'L’objet de la demande a changé entre-temps. Regardez à nouveau.',
    'Worum es geht, hat sich inzwischen geändert. Sehen Sie noch einmal nach.',
  ],
  'A key "{name}" that may do: {scopes}': [
    'Une clé « {name} » qui peut : {scopes}',
    'Ein Schlüssel „{name}“, der darf: {scopes}',
  ],
  'Remove {n} posts at once ({state})': [
    'Retirer {n} publications d’un coup ({state})',
    '{n} Beiträge auf einmal entfernen ({state})',
  ],
  'Keep {n} posts at once ({state})': [
    'Garder {n} publications d’un coup ({state})',
    '{n} Beiträge auf einmal behalten ({state})',
  ],
  'Confirm at most {most} entries of {source} in the bank {bank}': [
    'Confirmer au plus {most} entrées de {source} dans la banque {bank}',
    'Höchstens {most} Einträge von {source} in der Bank {bank} bestätigen',
  ],
  'Take out at most {most} entries of {source} in the bank {bank}': [
    'Retirer au plus {most} entrées de {source} de la banque {bank}',
    'Höchstens {most} Einträge von {source} aus der Bank {bank} herausnehmen',
  ],
  'Model {version} speaks as own/{instead} from now on': [
    'Le modèle {version} parle désormais comme own/{instead}',
    'Das Modell {version} spricht von nun an als own/{instead}',
  ],
  'Open the incident {name} for {hours} h': [
    'Ouvrir l’incident {name} pour {hours} h',
    'Die Lage {name} für {hours} h eröffnen',
  ],
  'The rule "{rule}" removes and withholds by itself again': [
    'La règle « {rule} » retire et masque de nouveau d’elle-même',
    'Die Regel „{rule}“ entfernt und verbirgt wieder von selbst',
  ],
  'Policy {version} ({state}) takes the place of {instead}': [
    'La politique {version} ({state}) prend la place de {instead}',
    'Die Richtlinie {version} ({state}) tritt an die Stelle von {instead}',
  ],
  'Preserved content {id} opened once, for: {state}': [
    'Ouvrir une fois le contenu conservé {id}, pour : {state}',
    'Den aufbewahrten Inhalt {id} einmal öffnen, für: {state}',
  ],
  'The provider is exposed to terrorist content: decision {reference} of {authority}, notified {at}': [
    'Le fournisseur est exposé à des contenus terroristes : décision {reference} de {authority}, notifiée le {at}',
    'Der Anbieter ist terroristischen Inhalten ausgesetzt: Entscheidung {reference} von {authority}, zugestellt {at}',
  ],
  'The provider is exposed no more: decision {reference} of {at}': [
    'Le fournisseur n’est plus exposé : décision {reference} du {at}',
    'Der Anbieter ist nicht mehr gefährdet: Entscheidung {reference} vom {at}',
  ],

  // Cases
  'There is no such case.': ['Ce dossier n’existe pas.', 'Diesen Fall gibt es nicht.'],
  'The case is {state}. To bring the post back, decide "restore".': [
    'État du dossier : {state}. Pour remettre la publication, décidez « remettre ».',
    'Stand des Falls: {state}. Um den Beitrag zurückzubringen, entscheiden Sie „zurückbringen“.',
  ],
  'The case is {state}: {state} by {name}. To bring the post back, decide "restore".': [
    'État du dossier : {state} ({state}, {name}). Pour remettre la publication, décidez « remettre ».',
    'Stand des Falls: {state} ({state}, {name}). Um den Beitrag zurückzubringen, entscheiden Sie „zurückbringen“.',
  ],
  'The case is decided: {state} by {name}.': [
    'Le dossier est décidé : {state}, par {name}.',
    'Der Fall ist entschieden: {state}, von {name}.',
  ],
  '{order} is in force: the post stays down until it is lifted.': [
    '{order} est en vigueur : la publication reste retirée jusqu’à sa levée.',
    '{order} ist in Kraft: Der Beitrag bleibt unten, bis das aufgehoben ist.',
  ],
  '{name} has settled it already.': ['{name} a déjà tranché.', '{name} hat es schon geklärt.'],
  'It was you who decided it: another lead settles it.': [
    'C’est vous qui l’aviez décidé : un autre responsable tranche.',
    'Sie selbst haben es entschieden: Eine andere Leitung klärt es.',
  ],
  'There is no such item in use.': ['Ce cas témoin n’est pas en service.', 'Diesen Testfall gibt es nicht im Einsatz.'],
  'Nobody disagrees about such a case.': [
    'Personne n’est en désaccord sur ce dossier.',
    'Über diesen Fall ist sich niemand uneins.',
  ],
  'The case is not kept any more.': ['Le dossier n’est plus conservé.', 'Der Fall wird nicht mehr aufbewahrt.'],
  'This case does not wait any more: it was decided, or taken from the queue.': [
    'Ce dossier n’attend plus : il est décidé, ou sorti de la file.',
    'Dieser Fall wartet nicht mehr: Er ist entschieden oder aus der Warteschlange genommen.',
  ],
  '{name} has decided it a moment ago and can still take that back.': [
    '{name} vient de décider et peut encore revenir dessus.',
    '{name} hat gerade entschieden und kann es noch zurücknehmen.',
  ],
  '{name} has it before them.': ['{name} a ce dossier sous les yeux.', '{name} hat den Fall gerade vor sich.'],
  'Somebody else took it at the same moment. Look again.': [
    'Quelqu’un d’autre l’a pris au même moment. Regardez à nouveau.',
    'Jemand anderes hat ihn im selben Augenblick genommen. Sehen Sie noch einmal nach.',
  ],
  'It was carried out already, and is taken back by a new decision.': [
    'C’est déjà exécuté ; une nouvelle décision peut revenir dessus.',
    'Es ist schon ausgeführt und wird durch eine neue Entscheidung zurückgenommen.',
  ],
  'They were carried out already.': ['C’est déjà exécuté.', 'Sie sind schon ausgeführt.'],
  'A case takes {most} notes.': ['Un dossier prend au plus {most} notes.', 'Ein Fall fasst {most} Notizen.'],
  'None of them waits any more, or is free.': [
    'Aucun n’attend encore, ou n’est libre.',
    'Keiner davon wartet noch oder ist frei.',
  ],
  '{name} did not ask to see posts of this kind.': [
    '{name} n’a pas demandé à voir ce genre de publications.',
    '{name} hat nicht darum gebeten, Beiträge dieser Art zu sehen.',
  ],
  'Nobody called {name} decides cases.': [
    'Personne du nom de {name} ne décide de dossiers.',
    'Niemand namens {name} entscheidet Fälle.',
  ],
  'What waits is removed or kept.': ['Ce qui attend est retiré ou gardé.', 'Was wartet, wird entfernt oder behalten.'],
  'Languages, kinds and skills are set by an administrator.': [
    'Langues, genres et compétences sont réglés par un administrateur.',
    'Sprachen, Arten und Kenntnisse setzt ein Verwalter.',
  ],
  'There is no text to translate.': ['Il n’y a pas de texte à traduire.', 'Es gibt keinen Text zu übersetzen.'],
  'Nothing translates here: see TRANSLATE_URL.': [
    'Rien ne traduit ici : voir TRANSLATE_URL.',
    'Hier übersetzt nichts: siehe TRANSLATE_URL.',
  ],
  'Other texts are being translated.': [
    'D’autres textes sont en cours de traduction.',
    'Andere Texte werden gerade übersetzt.',
  ],
  'The translation service answered: {detail}': [
    'Le service de traduction a répondu : {detail}',
    'Der Übersetzungsdienst antwortete: {detail}',
  ],
  'The translation service answered something else than {text}.': [
    'La réponse du service de traduction est illisible.',
    'Die Antwort des Übersetzungsdienstes ist unlesbar.',
  ],
  'There is no such picture.': ['Cette image n’existe pas.', 'Dieses Bild gibt es nicht.'],
  'There is no such picture, or it can not be fetched.': [
    'Cette image n’existe pas, ou ne peut être chargée.',
    'Dieses Bild gibt es nicht, oder es lässt sich nicht laden.',
  ],
  'It is no picture that can be read.': ['Ce n’est pas une image lisible.', 'Das ist kein lesbares Bild.'],
  'Other pictures are on their way.': ['D’autres images sont en route.', 'Andere Bilder sind unterwegs.'],
  'The picture could not be fetched: {detail}': [
    'L’image n’a pas pu être chargée : {detail}',
    'Das Bild ließ sich nicht laden: {detail}',
  ],
  'Nothing is known of a post with this id on {platform}.': [
    'Aucune publication de cet identifiant n’est connue sur {platform}.',
    'Von einem Beitrag mit dieser Kennung auf {platform} ist nichts bekannt.',
  ],
  'The text was erased, or never came in.': [
    'Le texte est effacé, ou n’est jamais arrivé.',
    'Der Text ist gelöscht oder kam nie an.',
  ],
  'Name a word to look for.': ['Donnez un mot à chercher.', 'Nennen Sie ein Wort, nach dem gesucht wird.'],
  'A hash is 32 or 64 hex digits.': [
    'Une empreinte compte 32 ou 64 chiffres hexadécimaux.',
    'Ein Hash hat 32 oder 64 hexadezimale Ziffern.',
  ],
  'It is no link, nor the name of a site.': [
    'Ce n’est ni un lien, ni le nom d’un site.',
    'Das ist weder ein Link noch der Name einer Website.',
  ],
  'The sandbox is off here: see SANSDELAI_SANDBOX.': [
    'Le bac à sable est arrêté ici : voir SANSDELAI_SANDBOX.',
    'Der Sandkasten ist hier aus: siehe SANSDELAI_SANDBOX.',
  ],
  'The samples are there already.': ['Les exemples sont déjà là.', 'Die Beispiele sind schon da.'],
  'The sandbox answered {status}.': ['Le bac à sable a répondu {status}.', 'Der Sandkasten antwortete {status}.'],
  '{n} of {all} samples are still there. Try again.': [
    '{n} exemples sur {all} sont encore là. Réessayez.',
    '{n} von {all} Beispielen sind noch da. Versuchen Sie es noch einmal.',
  ],
  'More than {most} pages are open already.': [
    'Plus de {most} pages sont déjà ouvertes.',
    'Mehr als {most} Seiten sind schon offen.',
  ],
  'There is no such dead letter, or it was replayed already.': [
    'Ce rebut n’existe pas, ou a déjà été rejoué.',
    'Das gibt es nicht, oder es wurde schon noch einmal versucht.',
  ],

  // Preserved content
  'Nothing is preserved under this id.': [
    'Rien n’est conservé sous cet identifiant.',
    'Unter dieser Kennung ist nichts aufbewahrt.',
  ],
  'There is no such opening.': ['Cette ouverture n’existe pas.', 'Diese Öffnung gibt es nicht.'],
  'It is not gone yet: it is only held until that is seen.': [
    'Le contenu n’a pas encore disparu : il est seulement retenu jusque-là.',
    'Der Inhalt ist noch nicht fort: Er wird nur gehalten, bis das gesehen ist.',
  ],
  'It is kept beyond the six months for a review or a complaint only (Article 6(2)).': [
    'Au-delà des six mois, il n’est conservé que pour un réexamen ou une réclamation (article 6(2)).',
    'Über die sechs Monate hinaus wird er nur für eine Überprüfung oder eine Beschwerde aufbewahrt (Artikel 6 Absatz 2).',
  ],
  'It takes an opening of your own that a second person agreed to within the last hour, and that was not read yet.': [
    'Il faut une ouverture que vous avez demandée, accordée par une seconde personne depuis moins d’une heure, et pas encore lue.',
    'Dafür braucht es eine eigene Öffnung, der in der letzten Stunde eine zweite Person zugestimmt hat und die noch nicht gelesen wurde.',
  ],
  'This opening was read at the same moment.': [
    'Cette ouverture a été lue au même moment.',
    'Diese Öffnung wurde im selben Augenblick gelesen.',
  ],
  'Its time is over: its keys are destroyed, and nobody can read it any more.': [
    'Son temps est écoulé : ses clés sont détruites, et personne ne peut plus le lire.',
    'Seine Zeit ist um: Seine Schlüssel sind vernichtet, und niemand kann es mehr lesen.',
  ],
  'It can not be read: it was changed since it was encrypted, or is not what belongs here.': [
    'Illisible : modifié depuis son chiffrement, ou ce n’est pas ce qui doit être là.',
    'Nicht lesbar: Es wurde seit der Verschlüsselung verändert oder gehört nicht hierher.',
  ],
  "It is encrypted for the key {key}, which is not in this installation's PRESERVATION_KEY_FILE: bring that file back.":
    [
      'Chiffré pour la clé {key}, absente du PRESERVATION_KEY_FILE de cette installation : remettez ce fichier.',
      'Verschlüsselt für den Schlüssel {key}, der im PRESERVATION_KEY_FILE dieser Installation fehlt: Bringen Sie diese Datei zurück.',
    ],

  // The legal desk
  'There is no such order.': ['Cette injonction n’existe pas.', 'Diese Anordnung gibt es nicht.'],
  'There is no such case of the desk.': ['Ce dossier du service n’existe pas.', 'Diesen Vorgang gibt es nicht.'],
  'There is no such form.': ['Ce formulaire n’existe pas.', 'Dieses Formular gibt es nicht.'],
  'There is no such file.': ['Ce fichier n’existe pas.', 'Diese Datei gibt es nicht.'],
  'There is no such report.': ['Ce signalement n’existe pas.', 'Diese Meldung gibt es nicht.'],
  "The sandbox's authority orders nothing but the removal of what is on the hidden sandbox.": [
    'L’autorité du bac à sable n’ordonne que le retrait de ce qui est sur le bac à sable caché.',
    'Die Behörde der Sandbox ordnet nur an, zu entfernen, was auf der verborgenen Sandbox ist.',
  ],
  "Only where the platform's word that it is back is all there is does a person say so.": [
    'Une personne ne le dit que si la parole de la plateforme est tout ce qu’il y a pour savoir que c’est revenu.',
    'Nur wo es allein das Wort der Plattform gibt, dass es wieder da ist, sagt es ein Mensch.',
  ],
  'It lasts longer than that already.': ['Elle dure déjà plus longtemps.', 'Sie dauert schon länger als das.'],
  'It was made longer before: Article {article} knows one extension.': [
    'Elle a déjà été prolongée : l’article {article} ne connaît qu’une prolongation.',
    'Sie wurde schon verlängert: Artikel {article} kennt nur eine Verlängerung.',
  ],
  'Article {article} lets it be made longer by {weeks} weeks at the most.': [
    'L’article {article} permet de la prolonger de {weeks} semaines au plus.',
    'Artikel {article} lässt eine Verlängerung um höchstens {weeks} Wochen zu.',
  ],
  'There is no such authority.': ['Cette autorité n’existe pas.', 'Diese Behörde gibt es nicht.'],
  'This certificate is not in the register of competent authorities.': [
    'Ce certificat ne figure pas au registre des autorités compétentes.',
    'Dieses Zertifikat steht nicht im Verzeichnis der zuständigen Behörden.',
  ],
  'Another order came under the reference {reference} already.': [
    'Une autre injonction est déjà arrivée sous la référence {reference}.',
    'Unter dem Aktenzeichen {reference} ist schon eine andere Anordnung eingegangen.',
  ],
  'This authority was taken out of the register.': [
    'Cette autorité a été rayée du registre.',
    'Diese Behörde wurde aus dem Verzeichnis genommen.',
  ],
  'Only of a platform that has no public way to look does a person say that it is gone.': [
    'Une personne ne peut dire qu’un contenu a disparu que pour une plateforme qui ne se laisse pas regarder de l’extérieur.',
    'Dass etwas fort ist, sagt ein Mensch nur bei einer Plattform, die sich von außen nicht ansehen lässt.',
  ],
  'It is about "{state}": deciding that about its order ends it.': [
    'Il s’agit de « {state} » : le décider pour l’injonction y met fin.',
    'Es geht um „{state}“: Wird das bei der Anordnung entschieden, ist es erledigt.',
  ],
  'It was told by {name} already.': ['{name} l’a déjà transmis.', '{name} hat es schon weitergegeben.'],
  'A decision that the provider is exposed binds already.': [
    'Une décision d’exposition du fournisseur est déjà en vigueur.',
    'Eine Entscheidung, dass der Anbieter gefährdet ist, gilt schon.',
  ],
  'No decision that the provider is exposed binds.': [
    'Aucune décision d’exposition du fournisseur n’est en vigueur.',
    'Keine Entscheidung, dass der Anbieter gefährdet ist, gilt.',
  ],
  'It changed meanwhile. Look again.': [
    'Cela a changé entre-temps. Regardez à nouveau.',
    'Es hat sich inzwischen geändert. Sehen Sie noch einmal nach.',
  ],
  'A review was asked for already.': ['Un réexamen est déjà demandé.', 'Eine Überprüfung ist schon beantragt.'],
  'No review was asked for.': ['Aucun réexamen n’est demandé.', 'Es ist keine Überprüfung beantragt.'],
  'DSA Article 9 has no ground that holds an order: tell the authority, and decide.': [
    'L’article 9 du DSA ne connaît aucun motif de suspension : prévenez l’autorité, et décidez.',
    'Artikel 9 DSA kennt keinen Grund, der eine Anordnung aufschiebt: Sagen Sie es der Behörde, und entscheiden Sie.',
  ],
  "The order is {state}: it can't be {act}.": [
    'État de l’injonction : {state}. On ne peut plus {act}.',
    'Stand der Anordnung: {state}. Sie lässt sich nicht mehr {act}.',
  ],
  'The order has no item {n}.': ['L’injonction n’a pas d’élément {n}.', 'Die Anordnung hat keinen Inhalt {n}.'],
  'Item {n} ({url}) is not found: name the post, or leave it.': [
    'L’élément {n} ({url}) n’est pas trouvé : désignez la publication, ou laissez-le.',
    'Inhalt {n} ({url}) ist nicht gefunden: Benennen Sie den Beitrag, oder lassen Sie ihn.',
  ],
  'It names less than the platform can do, which only removes everywhere: say "everywhere", or leave it.': [
    'La plateforme ne retire que partout, et l’injonction nomme moins : dites « partout », ou laissez.',
    'Die Plattform entfernt nur überall, die Anordnung nennt weniger: Sagen Sie „überall“, oder lassen Sie es.',
  ],
  'No item of it is left to remove.': [
    'Il n’en reste aucun élément à retirer.',
    'Kein Inhalt davon ist noch zu entfernen.',
  ],
  'Item {n} is {state}.': ['État de l’élément {n} : {state}.', 'Stand von Inhalt {n}: {state}.'],
  'The order has no form {n}.': ['L’injonction n’a pas de formulaire {n}.', 'Die Anordnung hat kein Formular {n}.'],
  "A form is sent when the channel's receipt for it is stored.": [
    'Un formulaire est envoyé quand l’accusé de réception est enregistré.',
    'Ein Formular gilt als gesendet, wenn die Empfangsbestätigung eingetragen ist.',
  ],
  'Nobody has asked for it to be looked into.': [
    'Personne n’en a demandé l’examen.',
    'Niemand hat die Überprüfung beantragt.',
  ],
  'It is {state} already.': ['C’est déjà fait : {state}.', 'Schon geschehen: {state}.'],
  'Scrutiny is {state} already.': ['L’examen est déjà : {state}.', 'Stand der Überprüfung: {state}.'],
  'The 48 hours in which the provider can ask are over.': [
    'Les 48 heures pour le demander sont écoulées.',
    'Die 48 Stunden, in denen der Anbieter das beantragen kann, sind um.',
  ],
  'The 48 hours are not over.': ['Les 48 heures ne sont pas écoulées.', 'Die 48 Stunden sind nicht um.'],
  'The order may be disclosed.': ['L’injonction peut être divulguée.', 'Die Anordnung darf offengelegt werden.'],
  'The order does not wait for that.': ['L’injonction n’attend pas cela.', 'Darauf wartet die Anordnung nicht.'],
  'Its authority and signature were checked: only the authority or a court can undo it.': [
    'L’autorité et la signature sont vérifiées : seule l’autorité ou une juridiction peut y revenir.',
    'Behörde und Unterschrift sind geprüft: Nur die Behörde oder ein Gericht kann das aufheben.',
  ],
  'It is final already.': ['Elle est déjà définitive.', 'Sie ist schon endgültig.'],
  'The order was received before.': ['L’injonction a déjà été reçue.', 'Die Anordnung ist schon eingegangen.'],
  'Only an order under TCO Article 3 is looked into by the home State.': [
    'L’État d’établissement n’examine qu’une injonction de l’article 3 TCO.',
    'Der Sitzstaat überprüft nur eine Anordnung nach Artikel 3 TCO.',
  ],
  'The order comes from our own State: its court looks into it.': [
    'L’injonction vient de notre propre État : sa juridiction l’examine.',
    'Die Anordnung kommt aus unserem eigenen Staat: Sein Gericht überprüft sie.',
  ],
  'The form could not be drawn now; its data are under .json.': [
    'Le formulaire n’a pas pu être dessiné ; ses données sont sous .json.',
    'Das Formular ließ sich gerade nicht zeichnen; seine Angaben stehen unter .json.',
  ],
  'This entry is about an order under non-disclosure; it is only counted until that ends.': [
    'Cette inscription concerne une injonction sous non-divulgation ; d’ici là elle est seulement comptée.',
    'Dieser Eintrag betrifft eine geheim zu haltende Anordnung; bis dahin wird er nur gezählt.',
  ],
  'There is no such entry.': ['Cette inscription n’existe pas.', 'Diesen Eintrag gibt es nicht.'],
  'There is no such tile: the log is not that long, or the path is not that of a tile.': [
    'Cette partie du registre n’existe pas.',
    'Diesen Teil des Registers gibt es nicht.',
  ],
  'The first checkpoint is being signed.': [
    'Le premier point de contrôle est en cours de signature.',
    'Der erste Kontrollpunkt wird gerade unterschrieben.',
  ],
  'There is no such page.': ['Cette alerte n’existe pas.', 'Diesen Alarm gibt es nicht.'],

  // Banks, models, platforms
  'Bank {bank} has no such entry.': [
    'La banque {bank} n’a pas cette entrée.',
    'Die Bank {bank} hat diesen Eintrag nicht.',
  ],
  'Bank {bank} has no such entries of {source}.': [
    'La banque {bank} n’a pas de telles entrées de {source}.',
    'Die Bank {bank} hat keine solchen Einträge von {source}.',
  ],
  'The bank has no such entries any more.': [
    'La banque n’a plus de telles entrées.',
    'Die Bank hat keine solchen Einträge mehr.',
  ],
  'Other previews are under way. Try again in a moment.': [
    'D’autres aperçus sont en cours. Réessayez dans un instant.',
    'Andere Vorschauen laufen. Versuchen Sie es gleich noch einmal.',
  ],
  'An import may have {most} rows. Send the rest by itself.': [
    'Un import peut compter {most} lignes. Envoyez le reste à part.',
    'Ein Import darf {most} Zeilen haben. Senden Sie den Rest für sich.',
  ],
  'A file may have {most} bytes at the most. Send it in parts.': [
    'Un fichier peut compter au plus {most} octets. Envoyez-le en plusieurs parties.',
    'Eine Datei darf höchstens {most} Bytes haben. Senden Sie sie in Teilen.',
  ],
  'Send the file without Content-Encoding.': [
    'Envoyez le fichier sans Content-Encoding.',
    'Senden Sie die Datei ohne Content-Encoding.',
  ],
  'Send application/x-ndjson (an entry a line) or text/csv.': [
    'Envoyez application/x-ndjson (une entrée par ligne) ou text/csv.',
    'Senden Sie application/x-ndjson (ein Eintrag je Zeile) oder text/csv.',
  ],
  'The database is away. What was imported before stays; send the same file again.': [
    'La base de données est indisponible. Ce qui est déjà importé reste ; renvoyez le même fichier.',
    'Die Datenbank ist nicht erreichbar. Was schon importiert ist, bleibt; senden Sie dieselbe Datei noch einmal.',
  ],
  'No such model is declared.': ['Ce modèle n’est pas déclaré.', 'Dieses Modell ist nicht angemeldet.'],
  '{model} speaks for itself. Declare another model that says "instead: {instead}".': [
    '{model} parle pour lui-même. Déclarez un autre modèle qui dit « instead: {instead} ».',
    '{model} spricht für sich selbst. Melden Sie ein anderes Modell an, das „instead: {instead}“ sagt.',
  ],
  '{model} is {state}.': ['{model} : {state}.', '{model}: {state}.'],
  'No other model spoke as own/{slot} before.': [
    'Aucun autre modèle ne parlait auparavant comme own/{slot}.',
    'Als own/{slot} sprach vorher kein anderes Modell.',
  ],
  'Somebody changed the models at this moment. Look again.': [
    'Quelqu’un vient de modifier les modèles. Regardez à nouveau.',
    'Jemand hat die Modelle in diesem Augenblick geändert. Sehen Sie noch einmal nach.',
  ],
  'There is no such source.': ['Cette source n’existe pas.', 'Diese Quelle gibt es nicht.'],
  'The source {name} does not hold {n} removals. Look again.': [
    'La source {name} ne retient pas {n} retraits. Regardez à nouveau.',
    'Die Quelle {name} hält nicht {n} Entfernungen. Sehen Sie noch einmal nach.',
  ],
  'There is no such delivery.': ['Cet appel n’existe pas.', 'Diesen Aufruf gibt es nicht.'],
  'A later call ({kind}, {id}) went out for this item; this one would undo it.': [
    'Un appel plus récent ({kind}, {id}) est parti pour cet élément ; celui-ci le déferait.',
    'Für diesen Inhalt ging ein späterer Aufruf hinaus ({kind}, {id}); dieser würde ihn rückgängig machen.',
  ],
  'The platform {name} is not listed any more.': [
    'La plateforme {name} n’est plus dans la liste.',
    'Die Plattform {name} steht nicht mehr in der Liste.',
  ],

  // Policies, backtests, incidents
  'There is no policy {id}.': ['Il n’y a pas de politique {id}.', 'Es gibt keine Richtlinie {id}.'],
  'No policy is in force yet.': ['Aucune politique n’est encore en vigueur.', 'Noch ist keine Richtlinie in Kraft.'],
  "The policy can't be used.": ['La politique n’est pas utilisable.', 'Die Richtlinie ist nicht verwendbar.'],
  'The policy can not be used.': ['La politique n’est pas utilisable.', 'Die Richtlinie ist nicht verwendbar.'],
  "It is {state}; from there it can't become {state}.": [
    'État : {state} ; de là, pas de passage à : {state}.',
    'Stand: {state}; von da kein Weg zu: {state}.',
  ],
  "It is {state}; from there it can't become {state}, or {n} are in shadow already.": [
    'État : {state} ; de là, pas de passage à : {state}, ou {n} sont déjà à blanc.',
    'Stand: {state}; von da kein Weg zu: {state}, oder {n} sind schon im Schatten.',
  ],
  '{n} versions are in shadow already: {list}.': [
    '{n} versions sont déjà à blanc : {list}.',
    '{n} Fassungen sind schon im Schatten: {list}.',
  ],
  '{id} is a canary already; two could not be told apart.': [
    '{id} est déjà à l’essai ; deux ne se distingueraient pas.',
    '{id} ist schon im Versuch; zwei ließen sich nicht auseinanderhalten.',
  ],
  'A canary needs the share of posts that it decides.': [
    'Un essai a besoin de la part des publications qu’il décide.',
    'Ein Versuch braucht den Anteil der Beiträge, über die er entscheidet.',
  ],
  '{id} is a canary, held against what is live now: end it first.': [
    '{id} est à l’essai, comparé à ce qui est en vigueur : mettez-y fin d’abord.',
    '{id} ist im Versuch, verglichen mit dem, was gilt: Beenden Sie ihn zuerst.',
  ],
  '{id} is live by now. Ask for it anew.': [
    '{id} est désormais en vigueur. Refaites la demande.',
    '{id} ist inzwischen in Kraft. Beantragen Sie es neu.',
  ],
  'One of the two was kept by another version of the program, which can read it.': [
    'L’une des deux a été gardée par une autre version du programme, qui sait la lire.',
    'Eine der beiden hat eine andere Programmfassung angelegt, die sie lesen kann.',
  ],
  'It was not stopped by itself.': ['Elle ne s’est pas arrêtée d’elle-même.', 'Sie wurde nicht von selbst angehalten.'],
  'Nothing was live before {id}.': ['Rien n’était en vigueur avant {id}.', 'Vor {id} war nichts in Kraft.'],
  'Somebody changed the policies at this moment. Look again.': [
    'Quelqu’un vient de modifier les politiques. Regardez à nouveau.',
    'Jemand hat die Richtlinien in diesem Augenblick geändert. Sehen Sie noch einmal nach.',
  ],
  'The policies were changed since you looked. Look again.': [
    'Les politiques ont changé depuis que vous avez regardé. Regardez à nouveau.',
    'Die Richtlinien haben sich geändert, seit Sie nachgesehen haben. Sehen Sie noch einmal nach.',
  ],
  'It is held already.': ['Elle est déjà suspendue.', 'Sie ist schon angehalten.'],
  'It was lifted by {name} already.': ['{name} y a déjà mis fin.', '{name} hat es schon aufgehoben.'],
  'There is no such hold.': ['Cette suspension n’existe pas.', 'Dieses Anhalten gibt es nicht.'],
  'There is no rule {name} that removes or withholds by itself and can be held.': [
    'Il n’y a pas de règle {name} qui retire ou masque d’elle-même et puisse être suspendue.',
    'Es gibt keine Regel {name}, die von selbst entfernt oder verbirgt und sich anhalten lässt.',
  ],
  'There is no such incident.': ['Cet incident n’existe pas.', 'Diese Lage gibt es nicht.'],
  'The incident {name} is open already. End it first, or take another name.': [
    'L’incident {name} est déjà ouvert. Mettez-y fin d’abord, ou prenez un autre nom.',
    'Die Lage {name} ist schon eröffnet. Beenden Sie sie zuerst, oder nehmen Sie einen anderen Namen.',
  ],
  'It was ended already.': ['Il est déjà terminé.', 'Sie ist schon beendet.'],
  'There is no such backtest.': ['Ce rejeu n’existe pas.', 'Diese Rückrechnung gibt es nicht.'],
  '{n} backtests wait already. Cancel some.': [
    '{n} rejeux attendent déjà. Annulez-en.',
    'Es warten schon {n} Rückrechnungen. Brechen Sie welche ab.',
  ],
  'It is {state}, and waits for no posts.': [
    'État : {state} ; aucune publication n’est attendue.',
    'Stand: {state}; es wird auf keine Beiträge gewartet.',
  ],
  'Line {n}: {reason}': ['Ligne {n} : {reason}', 'Zeile {n}: {reason}'],
  'There is not one post in it.': ['Il ne contient aucune publication.', 'Es ist kein einziger Beitrag darin.'],
  'Line {n} is not JSON.': ['La ligne {n} n’est pas du JSON.', 'Zeile {n} ist kein JSON.'],
  'Line {n} is not a JSON object.': ['La ligne {n} n’est pas un objet JSON.', 'Zeile {n} ist kein JSON-Objekt.'],
  'A file may have {most} bytes at the most.': [
    'Un fichier peut compter au plus {most} octets.',
    'Eine Datei darf höchstens {most} Bytes haben.',
  ],

  // Why a post is before somebody: the policy that comes with the program
  'This is the standard test post, from an account that is there to test with.': [
    'C’est la publication d’essai normalisée, d’un compte prévu pour les essais.',
    'Das ist der Standard-Testbeitrag, von einem Konto, das zum Testen da ist.',
  ],
  'The text is one that was confirmed as terrorist content, as it was or changed no further than was confirmed.': [
    'Le texte a été confirmé comme contenu terroriste, tel quel ou pas plus modifié que confirmé.',
    'Der Text wurde als terroristischer Inhalt bestätigt, unverändert oder nicht weiter verändert als bestätigt.',
  ],
  'The post links to what was confirmed as terrorist content.': [
    'La publication renvoie à un contenu confirmé comme terroriste.',
    'Der Beitrag verweist auf etwas, das als terroristischer Inhalt bestätigt wurde.',
  ],
  'The post links to what was confirmed as terrorist content, and speaks of it as news, teaching or the like do.': [
    'La publication renvoie à un contenu confirmé comme terroriste, et en parle comme le font l’information, l’enseignement ou leurs semblables.',
    'Der Beitrag verweist auf etwas, das als terroristischer Inhalt bestätigt wurde, und spricht davon wie Nachrichten, Lehre oder Ähnliches.',
  ],
  'A picture or file of the post was confirmed as terrorist content, as it is or changed no further than was confirmed.':
    [
      'Une image ou un fichier de la publication a été confirmé comme contenu terroriste, tel quel ou pas plus modifié que confirmé.',
      'Ein Bild oder eine Datei des Beitrags wurde als terroristischer Inhalt bestätigt, unverändert oder nicht weiter verändert als bestätigt.',
    ],
  'The post shows what was confirmed as terrorist content, and speaks of it as news, teaching or the like do.': [
    'La publication montre un contenu confirmé comme terroriste, et en parle comme le font l’information, l’enseignement ou leurs semblables.',
    'Der Beitrag zeigt etwas, das als terroristischer Inhalt bestätigt wurde, und spricht davon wie Nachrichten, Lehre oder Ähnliches.',
  ],
  'A picture of the post is like one that was confirmed as terrorist content, further from it than was confirmed.': [
    'Une image de la publication ressemble à une image confirmée comme contenu terroriste, plus éloignée que confirmé.',
    'Ein Bild des Beitrags ähnelt einem, das als terroristischer Inhalt bestätigt wurde, ist aber weiter davon entfernt als bestätigt.',
  ],
  'The post holds much of a text that was confirmed as terrorist content; it may be quoted.': [
    'La publication contient une grande part d’un texte confirmé comme contenu terroriste ; elle le cite peut-être.',
    'Der Beitrag enthält viel von einem Text, der als terroristischer Inhalt bestätigt wurde; vielleicht als Zitat.',
  ],
  'The post matches an imported entry that nobody here has confirmed.': [
    'La publication correspond à une entrée importée que personne ici n’a confirmée.',
    'Der Beitrag passt zu einem importierten Eintrag, den hier niemand bestätigt hat.',
  ],
  'A picture of the post is like one that the connected HMA lists; nobody here has confirmed it.': [
    'Une image de la publication ressemble à une image que liste le HMA raccordé ; personne ici ne l’a confirmée.',
    'Ein Bild des Beitrags ähnelt einem, das das angebundene HMA führt; hier hat es niemand bestätigt.',
  ],
  'The text model holds the text for violent extremism, which is for a person to judge.': [
    'Le modèle de texte y voit de l’extrémisme violent ; c’est à une personne d’en juger.',
    'Das Textmodell hält den Text für gewaltbereiten Extremismus; das hat ein Mensch zu beurteilen.',
  ],
  "A model of the operator's own gives it a score over the threshold that is declared.": [
    'Un modèle de l’exploitant lui donne un score au-dessus du seuil déclaré.',
    'Ein eigenes Modell des Betreibers gibt ihm einen Wert über der angemeldeten Schwelle.',
  ],
  'The post holds a term of a list that asks for review; most terms also have innocent uses.': [
    'La publication contient un terme d’une liste qui demande un examen ; la plupart ont aussi des emplois innocents.',
    'Der Beitrag enthält ein Wort einer Liste, die eine Prüfung verlangt; die meisten werden auch harmlos gebraucht.',
  ],
  'Nothing was found that speaks against the post.': [
    'Rien n’a été trouvé contre la publication.',
    'Es wurde nichts gefunden, was gegen den Beitrag spricht.',
  ],
  'The removal is not confirmed: {detail}': [
    'Le retrait n’est pas confirmé : {detail}',
    'Die Entfernung ist nicht bestätigt: {detail}',
  ],
  'The restoration is not confirmed: {detail}': [
    'La remise en ligne n’est pas confirmée : {detail}',
    'Das Zurückbringen ist nicht bestätigt: {detail}',
  ],
  'It was removed by itself, and is among those that a person verifies (TCO Article 5(3)).': [
    'Elle a été retirée d’elle-même, et fait partie de celles qu’une personne vérifie (article 5(3) TCO).',
    'Er wurde von selbst entfernt und gehört zu denen, die ein Mensch überprüft (Artikel 5 Absatz 3 TCO).',
  ],
  'Drawn at random, to see how right the rules are.': [
    'Tirée au hasard, pour voir si les règles sont justes.',
    'Zufällig gezogen, um zu sehen, wie richtig die Regeln liegen.',
  ],
  '{name} found it in a search': ['{name} l’a trouvée par une recherche', '{name} hat ihn durch eine Suche gefunden'],
  'no rule is for this post': ['aucune règle ne vaut pour cette publication', 'keine Regel gilt für diesen Beitrag'],

  '{signal} gave no answer ({why}), which by rule {rule} could have mattered': [
    '{signal} n’a pas répondu ({why}), ce qui d’après la règle {rule} aurait pu compter',
    '{signal} hat nicht geantwortet ({why}), was nach der Regel {rule} gezählt haben könnte',
  ],
  '{signal} gave no answer ({why}), which by rule {rule} could have mattered: {reason}': [
    '{signal} n’a pas répondu ({why}), ce qui d’après la règle {rule} aurait pu compter : {reason}',
    '{signal} hat nicht geantwortet ({why}), was nach der Regel {rule} gezählt haben könnte: {reason}',
  ],

  // What was found
  'contains the words of the standard test post': [
    'contient les mots de la publication d’essai normalisée',
    'enthält die Worte des Standard-Testbeitrags',
  ],
  'is a text of bank {bank}': ['est un texte de la banque {bank}', 'ist ein Text der Bank {bank}'],
  'is a text of bank {bank} with changes, {share} the same': [
    'est un texte de la banque {bank}, modifié ; {share} identique',
    'ist ein Text der Bank {bank} mit Änderungen, zu {share} gleich',
  ],
  'holds {share} of a text of bank {bank} ({same} the same)': [
    'contient {share} d’un texte de la banque {bank} ({same} identique)',
    'enthält {share} eines Textes der Bank {bank} (zu {same} gleich)',
  ],
  'links to {link}, which bank {bank} lists ({kind})': [
    'renvoie à {link}, que liste la banque {bank} ({kind})',
    'verweist auf {link}, das die Bank {bank} führt ({kind})',
  ],
  'media {n} ({type}) is {distance} of 256 bits from a picture of bank {bank}': [
    'le média {n} ({type}) est à {distance} bits sur 256 d’une image de la banque {bank}',
    'Medium {n} ({type}) liegt {distance} von 256 Bits von einem Bild der Bank {bank} entfernt',
  ],
  'media {n} ({type}) is a file ({kind}) of bank {bank}': [
    'le média {n} ({type}) est un fichier ({kind}) de la banque {bank}',
    'Medium {n} ({type}) ist eine Datei ({kind}) der Bank {bank}',
  ],
  'media {n} ({type}) was not looked at: {detail}': [
    'le média {n} ({type}) n’a pas été regardé : {detail}',
    'Medium {n} ({type}) wurde nicht angesehen: {detail}',
  ],
  "a picture is like {id} of HMA's bank {bank} (distance {distance})": [
    'une image ressemble à {id} de la banque HMA {bank} (distance {distance})',
    'ein Bild ähnelt {id} der HMA-Bank {bank} (Abstand {distance})',
  ],
  'holds "{term}" of list {list}: {meaning}. It is also used innocently: {innocent}': [
    'contient « {term} » de la liste {list} : {meaning}. Aussi employé innocemment : {innocent}',
    'enthält „{term}“ der Liste {list}: {meaning}. Auch harmlos gebraucht: {innocent}',
  ],
  'the text model gives {score} for {state}': [
    'le modèle de texte donne {score} pour {state}',
    'das Textmodell gibt {score} für {state}',
  ],
  'the text model gives {score} for {state}, over its threshold': [
    'le modèle de texte donne {score} pour {state}, au-dessus du seuil',
    'das Textmodell gibt {score} für {state}, über der Schwelle',
  ],
} as const satisfies Record<string, Said>;

/** Words that the server puts into its sentences. */
export const values = {
  approved: ['accordé', 'zugestimmt'],
  rejected: ['refusé', 'abgelehnt'],
  withdrawn: ['annulé', 'zurückgezogen'],
  open: ['ouvert', 'offen'],
  decided: ['décidé', 'entschieden'],
  superseded: ['sans objet', 'überholt'],
  remove: ['retirer', 'entfernen'],
  keep: ['garder', 'behalten'],
  restore: ['remettre', 'zurückbringen'],
  incites: ['incite ou glorifie', 'stachelt an, verherrlicht'],
  solicits: ['demande d’agir ou d’aider', 'fordert Tat oder Hilfe'],
  recruits: ['recrute pour un groupe', 'wirbt für eine Gruppe'],
  instructs: ['enseigne comment faire', 'leitet dazu an'],
  threatens: ['menace d’un acte', 'droht mit einer Tat'],
  other: ['autre chose', 'etwas anderes'],
  harmless: ['anodin', 'harmlos'],
  news: ['information', 'Nachricht'],
  education: ['enseignement', 'Bildung'],
  art: ['art', 'Kunst'],
  research: ['recherche', 'Forschung'],
  'counter-speech': ['contre le terrorisme', 'gegen Terrorismus'],
  'no category': ['sans catégorie', 'ohne Kategorie'],
  draft: ['brouillon', 'Entwurf'],
  shadow: ['à blanc', 'im Schatten'],
  canary: ['à l’essai', 'im Versuch'],
  live: ['en vigueur', 'in Kraft'],
  retired: ['retirée', 'abgelöst'],
  review: ['un réexamen administratif ou un contrôle juridictionnel', 'behördliche oder gerichtliche Überprüfung'],
  complaint: ['une réclamation', 'eine Beschwerde'],
  investigation: [
    'des enquêtes ou poursuites en matière d’infractions terroristes',
    'Ermittlung oder Verfolgung terroristischer Straftaten',
  ],
  // An order and its items
  deciding: ['à décider', 'zu entscheiden'],
  impossible: ['suspendue, article 3(7)', 'aufgeschoben, Artikel 3 Absatz 7'],
  unclear: ['suspendue, article 3(8)', 'aufgeschoben, Artikel 3 Absatz 8'],
  executing: ['en cours d’exécution', 'in Ausführung'],
  executed: ['exécutée', 'ausgeführt'],
  'nothing-there': ['rien à retirer', 'nichts da'],
  refused: ['rejetée', 'abgewiesen'],
  lifted: ['levée', 'aufgehoben'],
  ended: ['terminée', 'beendet'],
  'to be executed': ['l’exécuter', 'ausführen'],
  'to be held': ['la suspendre', 'aufschieben'],
  'to be lifted': ['la lever', 'aufheben'],
  'to be given another item': ['y ajouter un élément', 'um einen Inhalt ergänzen'],
  'to be looked into': ['la faire examiner', 'überprüfen'],
  'to be taken up': ['la prendre en charge', 'übernehmen'],
  'to be released': ['la reprendre', 'freigeben'],
  'to be refused': ['la rejeter', 'abweisen'],
  'to be changed': ['la modifier', 'ändern'],
  'to be made final': ['la dire définitive', 'für endgültig erklären'],
  unknown: ['non trouvé', 'nicht gefunden'],
  'not-public': ['non public', 'nicht öffentlich'],
  found: ['trouvé', 'gefunden'],
  removing: ['en cours de retrait', 'wird entfernt'],
  gone: ['vu disparu', 'als fort gesehen'],
  'not-there': ['absent', 'nicht da'],
  left: ['laissé', 'belassen'],
  restoring: ['en cours de remise', 'wird zurückgebracht'],
  restored: ['remis', 'zurückgebracht'],
  'stays-down': ['reste retiré', 'bleibt unten'],
  none: ['pas encore demandé', 'noch nicht beantragt'],
  asked: ['demandé', 'beantragt'],
  opened: ['ouvert', 'eröffnet'],
  'no-infringement': ['aucune violation constatée', 'kein Verstoß festgestellt'],
  infringement: ['violation constatée', 'Verstoß festgestellt'],
  waived: ['non demandé', 'nicht beantragt'],
  lapsed: ['délai écoulé', 'Frist verstrichen'],
  decide: ['à décider', 'zu entscheiden'],
  scope: ['une publication non publique', 'ein nicht öffentlicher Beitrag'],
  volume: ['beaucoup plus d’injonctions que d’ordinaire', 'weit mehr Anordnungen als üblich'],
  scrutiny: ['demander l’examen', 'Überprüfung beantragen'],
  returned: ['contenu revenu', 'wiedergekehrter Inhalt'],
  // A backtest, a model
  'awaiting-posts': ['attend des publications', 'wartet auf Beiträge'],
  queued: ['en attente', 'wartet'],
  running: ['en cours', 'läuft'],
  done: ['terminé', 'fertig'],
  failed: ['échoué', 'gescheitert'],
  cancelled: ['annulé', 'abgebrochen'],
  loading: ['en chargement', 'lädt'],
  broken: ['en panne', 'gestört'],
  // What the text model knows
  'content of any of the kinds it knows': [
    'un contenu de l’un des genres connus',
    'einen Inhalt einer der bekannten Arten',
  ],
  'violent extremism': ['extrémisme violent', 'gewaltbereiten Extremismus'],
  'the manner of accounts that support terrorism': [
    'la manière de comptes qui soutiennent le terrorisme',
    'die Art von Konten, die Terrorismus unterstützen',
  ],
  hatred: ['haine', 'Hass'],
  'incitement to violence': ['incitation à la violence', 'Aufruf zu Gewalt'],
  'glorification of violence': ['apologie de la violence', 'Verherrlichung von Gewalt'],
  recruitment: ['recrutement', 'Anwerbung'],
  'a threat': ['menace', 'eine Drohung'],
} as const satisfies Record<string, Said>;
