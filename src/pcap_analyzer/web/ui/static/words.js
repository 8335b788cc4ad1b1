// Every word of the pages, in both languages, and numbers as each writes them.

const WORDS = {
  en: {
    skip: "Skip to the content", question: "Why is it slow?", logout: "Log out", language: "Language", theme: "Theme",
    auto: "Auto", light: "Light", dark: "Dark", upload: "Upload",
    promise: "Give a packet capture, get the cause: who, what, how many seconds, and the frames that prove it.",
    drop: "Drop captures here, or", choose: "choose files", running: "Running", recent: "Recent",
    limits: (size, hours) => `pcap or pcapng, also as gz, zst or lz4, up to ${size}. Captures are deleted right after the analysis; reports live ${hours} h.`,
    filter: "Filter by file name", state: "State", all: "All states", newer: "Newer", older: "Older",
    shell: "Same from the shell", same: "Same numbers, same report. Nothing leaves your machine.", api: "The API of this service",
    capture: "Capture", verdict: "Verdict", lost: "Time lost", analysed: "Analysed", kept: "Kept until", actions: "Actions",
    cancel: "Cancel", pause: "Pause", resume: "Resume", remove: "Delete", removeSure: (name) => `Delete the report of ${name}?`,
    report: "Report", packets: "Packets", rate: "Rate", memory: "Memory", received: "Received",
    pending: "Pending", processing: "Processing", completed: "Completed", failed: "Failed", expired: "Expired",
    timeout: "Timeout", cancelled: "Cancelled", paused: "Paused",
    phase_upload: "The capture is arriving and is analysed meanwhile", phase_queue: (place) => `Waiting, place ${place}`,
    phase_read: "Reading packets", phase_report: "Searching for causes", phase_done: "Done",
    left: (time) => `about ${time} left`,
    soFar: (size) => `So far, in the first ${size}:`, provisional: "provisional",
    severity_critical: "Critical", severity_major: "Major", severity_minor: "Minor", severity_info: "Info",
    empty: "No reports yet. Drop a capture above, or run the command below.", nothing: "No task matches.",
    tooLarge: (name, size, limit) => `${name}: ${size} is more than the ${limit} that this server takes.`,
    isEmpty: (name) => `${name} is empty.`,
    offline: "No news from the server. Reconnecting; the analysis goes on.",
    gone: "This report was removed. Analyse the capture again to get it back.",
    unknown: "There is no such task, or it is not yours.",
    login: "Log in", name: "Name", password: "Password", oidc: "Log in with the identity provider", perSecond: "packets/s",
    explore: "Explore", views: "Views of the report", connections: "Connections", sql: "SQL", share: "Share", settings: "Settings and limits",
    packetsOf: "Packets of this finding (pcapng)", download: "Download:", connection: "Connection", protocol: "Protocol",
    duration: "Duration", toServer: "To the server", toClient: "To the client", before: "Previous", after: "Next",
    filterFlows: "Filter: host, port:443, protocol:udp, stream:3, longer:1.5, bytes:1000000", sortedBy: "Sorted by",
    order_duration_ns: "Longest first", order_first_time_ns: "Newest first", order_client_wire_bytes: "Most bytes to the server",
    order_server_wire_bytes: "Most bytes to the client", order_client_packets: "Most packets of the client",
    flowsFound: (count) => `${number(count)} ${plural(count, "connection", "connections")}`,
    drawnNote: (count) => `The segments of ${number(count)} TCP ${plural(count, "connection was", "connections were")} kept: what findings name, then what cost most. A link opens ${plural(count, "it", "them")}.`,
    stream: (number) => `TCP stream ${number}`, allConnections: "All connections", prev: "Previous (k)", next: "Next (j)",
    run: "Run", runKey: "or Ctrl Enter", result: "Result", asking: "Asking…", stopped: "Cancelled.", tables: "Tables",
    rowsFound: (rows, ms) => `${number(rows)} ${plural(rows, "row", "rows")} in ${number(ms)} ms`,
    firstRows: (rows, ms) => `The first ${number(rows)} rows, there are more; ${number(ms)} ms`,
    partly: "(segments of the kept connections only; no packets)", sqlNote: (time) => `One SELECT over the tables of this capture, read-only, at most ${time} s.`,
    example_0: "Bytes by server", example_1: "Where the time went", example_2: "TCP events",
    shareNote: "Whoever has the link reads this report without a login, and nothing else, until it ends or is revoked.",
    makeLink: "Make a link", days: "Days", links: "Links", noLinks: "No links.", revoke: "Revoke", copy: "Copy", copied: "Copied",
    linkOnce: "Copy it now, it is shown only once:", linkUntil: (made, end) => `Made ${made}, works until ${end}`,
    limitsTitle: "What applies here", allSettings: "All settings", settingsNote: "The environment of the service sets them.",
    largest: "Largest upload", largestUnpacked: "Largest unpacked capture", reportsLive: "Reports are kept", capturesLive: "Captures are kept, when asked for",
    places: "Captures that may wait", atOnce: "Analyses at once", sqlTime: "Time for a question in SQL", linksLive: "Links live at most", access: "Access",
    access_none: "Everybody who reaches this service", access_users: "Users with passwords", access_oidc: "An identity provider",
    setting: "Setting", value: "Value", source: "From", environment: "environment", default: "default",
    parameter: "Parameter", where: "In", meaning: "Meaning", answers: "Answers",
  },
  fr: {
    skip: "Aller au contenu", question: "Pourquoi est-ce lent\u202f?", logout: "Se déconnecter", language: "Langue", theme: "Thème",
    auto: "Auto", light: "Clair", dark: "Sombre", upload: "Envoi",
    promise: "Donnez une capture réseau, obtenez la cause\u202f: qui, quoi, combien de secondes, et les trames qui le prouvent.",
    drop: "Déposez des captures ici, ou", choose: "choisissez des fichiers", running: "En cours", recent: "Récents",
    limits: (size, hours) => `pcap ou pcapng, aussi en gz, zst ou lz4, jusqu’à ${size}. Les captures sont supprimées dès la fin de l’analyse\u202f; les rapports sont gardés ${hours} h.`,
    filter: "Filtrer par nom de fichier", state: "État", all: "Tous les états", newer: "Plus récents", older: "Plus anciens",
    shell: "La même chose en ligne de commande", same: "Mêmes chiffres, même rapport. Rien ne quitte votre machine.", api: "L’API de ce service",
    capture: "Capture", verdict: "Verdict", lost: "Temps perdu", analysed: "Analysée", kept: "Gardé jusqu’à", actions: "Actions",
    cancel: "Annuler", pause: "Suspendre", resume: "Reprendre", remove: "Supprimer", removeSure: (name) => `Supprimer le rapport de ${name}\u202f?`,
    report: "Rapport", packets: "Paquets", rate: "Débit", memory: "Mémoire", received: "Reçu",
    pending: "En attente", processing: "En cours", completed: "Terminée", failed: "Échec", expired: "Expirée",
    timeout: "Délai dépassé", cancelled: "Annulée", paused: "Suspendue",
    phase_upload: "La capture arrive et s’analyse en même temps", phase_queue: (place) => `En attente, place ${place}`,
    phase_read: "Lecture des paquets", phase_report: "Recherche des causes", phase_done: "Terminé",
    left: (time) => `encore environ ${time}`,
    soFar: (size) => `Jusqu’ici, dans les premiers ${size}\u202f:`, provisional: "provisoire",
    severity_critical: "Critique", severity_major: "Majeur", severity_minor: "Mineur", severity_info: "Info",
    empty: "Aucun rapport. Déposez une capture ci-dessus, ou lancez la commande ci-dessous.", nothing: "Aucune tâche ne correspond.",
    tooLarge: (name, size, limit) => `${name}\u202f: ${size} dépassent les ${limit} acceptés par ce serveur.`,
    isEmpty: (name) => `${name} est vide.`,
    offline: "Aucune nouvelle du serveur. Reconnexion en cours\u202f; l’analyse continue.",
    gone: "Ce rapport a été supprimé. Relancez l’analyse de la capture pour le retrouver.",
    unknown: "Cette tâche n’existe pas, ou n’est pas à vous.",
    login: "Se connecter", name: "Nom", password: "Mot de passe", oidc: "Se connecter par le fournisseur d’identité", perSecond: "paquets/s",
    explore: "Explorer", views: "Vues du rapport", connections: "Connexions", sql: "SQL", share: "Partager", settings: "Paramètres et limites",
    packetsOf: "Paquets de ce constat (pcapng)", download: "Télécharger\u202f:", connection: "Connexion", protocol: "Protocole",
    duration: "Durée", toServer: "Vers le serveur", toClient: "Vers le client", before: "Précédentes", after: "Suivantes",
    filterFlows: "Filtre\u202f: hôte, port:443, protocol:udp, stream:3, longer:1.5, bytes:1000000", sortedBy: "Tri",
    order_duration_ns: "Les plus longues d’abord", order_first_time_ns: "Les plus récentes d’abord", order_client_wire_bytes: "Le plus d’octets vers le serveur",
    order_server_wire_bytes: "Le plus d’octets vers le client", order_client_packets: "Le plus de paquets du client",
    flowsFound: (count) => `${number(count)} ${plural(count, "connexion", "connexions")}`,
    drawnNote: (count) => `Les segments de ${number(count)} ${plural(count, "connexion TCP", "connexions TCP")} sont conservés\u202f: ce que nomment les constats, puis le plus coûteux. Un lien ${plural(count, "l’ouvre", "les ouvre")}.`,
    stream: (number) => `Flux TCP ${number}`, allConnections: "Toutes les connexions", prev: "Précédente (k)", next: "Suivante (j)",
    run: "Exécuter", runKey: "ou Ctrl Entrée", result: "Résultat", asking: "Requête en cours…", stopped: "Annulée.", tables: "Tables",
    rowsFound: (rows, ms) => `${number(rows)} ${plural(rows, "ligne", "lignes")} en ${number(ms)} ms`,
    firstRows: (rows, ms) => `Les ${number(rows)} premières lignes, il y en a d’autres\u202f; ${number(ms)} ms`,
    partly: "(segments des connexions conservées seulement\u202f; pas de paquets)", sqlNote: (time) => `Un SELECT sur les tables de cette capture, en lecture seule, ${time} s au plus.`,
    example_0: "Octets par serveur", example_1: "Où est passé le temps", example_2: "Événements TCP",
    shareNote: "Qui possède le lien lit ce rapport sans connexion, et rien d’autre, jusqu’à la fin du lien ou sa révocation.",
    makeLink: "Créer un lien", days: "Jours", links: "Liens", noLinks: "Aucun lien.", revoke: "Révoquer", copy: "Copier", copied: "Copié",
    linkOnce: "Copiez-le maintenant, il n’est affiché qu’une fois\u202f:", linkUntil: (made, end) => `Créé le ${made}, valable jusqu’au ${end}`,
    limitsTitle: "Ce qui s’applique ici", allSettings: "Tous les paramètres", settingsNote: "Ils viennent de l’environnement du service.",
    largest: "Plus grand envoi", largestUnpacked: "Plus grande capture décompressée", reportsLive: "Les rapports sont gardés", capturesLive: "Les captures sont gardées, sur demande",
    places: "Captures en attente au plus", atOnce: "Analyses simultanées", sqlTime: "Temps pour une requête SQL", linksLive: "Durée maximale des liens", access: "Accès",
    access_none: "Toute personne qui atteint ce service", access_users: "Utilisateurs avec mot de passe", access_oidc: "Un fournisseur d’identité",
    setting: "Paramètre", value: "Valeur", source: "Origine", environment: "environnement", default: "défaut",
    parameter: "Paramètre", where: "Dans", meaning: "Sens", answers: "Réponses",
  },
};
const KEY = "pcap-analyzer-language";

const stored = window.localStorage.getItem(KEY);
export const language = stored in WORDS ? stored : navigator.language.startsWith("fr") ? "fr" : "en";

export const word = (key, ...values) => {
  const found = WORDS[language][key];
  return typeof found === "function" ? found(...values) : found;
};

// French counts none as one.
const plural = (count, one, many) => count === 1 || (count === 0 && language === "fr") ? one : many;

const format = (options) => new Intl.NumberFormat(language, options);
const LARGE = [[1e9, "GB", "Go"], [1e6, "MB", "Mo"], [1e3, "kB", "ko"], [1, "B", "o"]];

export const number = (value) => format({ maximumFractionDigits: 1 }).format(value);

export const size = (bytes) => {
  const [step, english, french] = LARGE.find(([least]) => bytes >= least) ?? LARGE[3];
  return `${number(bytes / step)}\u202f${language === "fr" ? french : english}`;
};

export const seconds = (value) =>
  value > 0 && value < 1 ? `${number(value * 1000)}\u202fms` : value < 120 ? `${number(value)}\u202fs` : `${number(Math.floor(value / 60))}\u202fmin\u202f${Math.round(value % 60)}\u202fs`;

export const moment = (text) =>
  new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" }).format(new Date(text));

/** Puts the words of the language into the page, and takes another language when one is chosen. */
export const startWords = () => {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = word(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", word(element.dataset.label));
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = word(element.dataset.placeholder);
  for (const input of document.querySelectorAll("input[name=language]")) {
    input.checked = input.value === language;
    input.addEventListener("change", () => {
      window.localStorage.setItem(KEY, input.value);
      window.location.reload();
    });
  }
};
