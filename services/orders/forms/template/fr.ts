import type { Template } from './en.js';

/** As `en.ts`, in French: from memory, and to be compared with the Official Journal. */
export const template: Template = {
  one: {
    title: 'Injonction de retrait',
    article: 'Article 3 du règlement (UE) 2021/784 du Parlement européen et du Conseil',
    intro:
      'En vertu de l’article 3 du règlement (UE) 2021/784, le destinataire de l’injonction de retrait retire les contenus à caractère terroriste ou bloque l’accès à ces contenus dans tous les États membres dès que possible et, en tout état de cause, dans un délai d’une heure à compter de la réception de l’injonction de retrait.',
    a: 'Section A : État d’émission, destinataire et référence',
    issuingState: 'État membre de l’autorité compétente d’émission',
    addressee: 'Destinataire et, le cas échéant, représentant légal',
    contact: 'Point de contact',
    homeState:
      'État membre de l’établissement principal du fournisseur de services d’hébergement ou de son représentant légal',
    issuedAt: 'Date et heure d’émission de l’injonction de retrait',
    reference: 'Numéro de référence de l’injonction de retrait',
    b: 'Section B : Contenus à caractère terroriste à retirer ou dont l’accès doit être bloqué',
    url: 'URL',
    note: 'Informations complémentaires permettant d’identifier et de localiser exactement le contenu',
    types:
      'Raisons pour lesquelles le matériel est considéré comme un contenu à caractère terroriste (article 2, point 7) : le matériel',
    kinds: {
      incites:
        'a) incite autrui à commettre des infractions terroristes, notamment par la glorification d’actes terroristes, en prônant la commission de telles infractions',
      'solicits-offence':
        'b) sollicite autrui pour commettre des infractions terroristes ou contribuer à leur commission',
      'solicits-participation': 'c) sollicite autrui pour participer aux activités d’un groupe terroriste',
      instructs:
        'd) fournit des instructions concernant la fabrication ou l’utilisation d’explosifs, d’armes à feu ou d’autres armes, ou de substances nocives ou dangereuses, ou concernant d’autres méthodes ou techniques spécifiques, aux fins de commettre des infractions terroristes ou de contribuer à leur commission',
      threatens: 'e) constitue une menace de commettre une infraction terroriste',
    },
    reasons:
      'Informations complémentaires sur les raisons pour lesquelles le matériel est considéré comme un contenu à caractère terroriste',
    c: 'Section C : Information du fournisseur de contenus',
    silent:
      'Pour des raisons de sécurité publique, le destinataire doit s’abstenir d’informer le fournisseur de contenus du retrait des contenus à caractère terroriste ou du blocage de l’accès à ces contenus',
    silentUntil: 'Jusqu’au',
    silentReasons: 'Motifs',
    d: 'Section D : Information de l’autorité compétente de l’État membre du fournisseur de services d’hébergement',
    otherState:
      'L’État membre dans lequel le fournisseur de services d’hébergement a son établissement principal, ou dans lequel son représentant légal réside ou est établi, est différent de l’État membre de l’autorité compétente d’émission',
    copied: 'Une copie de l’injonction de retrait est envoyée à l’autorité compétente de cet État membre',
    e: 'Section E : Coordonnées de l’autorité compétente qui a émis l’injonction de retrait',
    authorityKind: 'Type d’autorité',
    authorityKinds: {
      judge: 'juge, juridiction ou juge d’instruction',
      'law-enforcement': 'autorité répressive',
      other: 'autre autorité compétente',
    },
    authority: 'Nom de l’autorité',
    representative: 'Nom et fonction de son représentant',
    file: 'Numéro de dossier',
    address: 'Adresse',
    telephone: 'Téléphone',
    email: 'Adresse électronique',
    f: 'Section F : Coordonnées pour le suivi',
    feedbackTo: 'Contact pour le retour d’information sur l’exécution de l’injonction',
    g: 'Section G : Informations sur les voies de recours',
    body: 'Organe compétent devant lequel l’injonction peut être contestée',
    court: 'Juridiction',
    deadline: 'Délai de recours',
  },
  two: {
    title:
      'Retour d’information à la suite du retrait de contenus à caractère terroriste ou du blocage de l’accès à ces contenus',
    article: 'Article 3, paragraphe 6, du règlement (UE) 2021/784 du Parlement européen et du Conseil',
    a: 'Section A : Parties et références',
    addressee: 'Destinataire de l’injonction de retrait',
    authority: 'Autorité compétente qui a émis l’injonction de retrait',
    authorityFile: 'Référence du dossier de l’autorité compétente',
    addresseeFile: 'Référence du dossier du destinataire',
    receivedAt: 'Date et heure de réception de l’injonction de retrait',
    b: 'Section B : Mesures prises pour se conformer à l’injonction de retrait',
    removed: 'les contenus à caractère terroriste ont été retirés',
    disabled: 'l’accès aux contenus à caractère terroriste a été bloqué dans tous les États membres',
    at: 'Date et heure de la mesure',
    c: 'Section C : Coordonnées du destinataire',
    provider: 'Nom du fournisseur de services d’hébergement',
    representative: 'Nom du représentant légal du fournisseur de services d’hébergement',
    homeState:
      'État membre de l’établissement principal du fournisseur de services d’hébergement ou de son représentant légal',
    person: 'Nom de la personne habilitée',
    contact: 'Point de contact',
    date: 'Date',
  },
  three: {
    title: 'Informations relatives à l’impossibilité d’exécuter l’injonction de retrait',
    article: 'Article 3, paragraphes 7 et 8, du règlement (UE) 2021/784 du Parlement européen et du Conseil',
    a: 'Section A : Parties et références',
    b: 'Section B : Non-exécution',
    because: 'L’injonction de retrait ne peut pas être exécutée dans le délai imparti pour la raison suivante',
    impossible:
      'force majeure ou impossibilité de fait non imputable au fournisseur de services d’hébergement, y compris pour des raisons techniques ou opérationnelles objectivement justifiables (article 3, paragraphe 7)',
    errors: 'l’injonction de retrait contient des erreurs manifestes (article 3, paragraphe 8)',
    insufficient: 'l’injonction de retrait ne contient pas suffisamment d’informations (article 3, paragraphe 8)',
    explanation: 'Informations complémentaires sur la raison de la non-exécution',
    clarification: 'Les erreurs, et les informations ou précisions complémentaires nécessaires',
    statedAt: 'Date et heure auxquelles la raison a été constatée',
    c: 'Section C : Coordonnées du fournisseur de services d’hébergement ou de son représentant légal',
    signature: 'Signature',
    date: 'Date et heure',
  },
};
