// The session; the login comes back when the session has ended, above whatever is being typed.
import { ask, setToken, connect } from "./live.js";
import { word, explain } from "./words.js";

const $ = (id) => document.getElementById(id);
let asked = null;

function enter(session, onRole) {
  setToken(session.token);
  $("logout").hidden = !session.token;
  onRole(session.role);
}

/** Asks for name and password until they fit; who asks twice waits for the same. */
function askForLogin(onRole) {
  asked = asked ?? new Promise((resolve) => {
    $("login").oncancel = (event) => event.preventDefault();
    if (!$("login").open) { $("login").showModal(); }
    $("login-go").onclick = async (event) => {
      event.preventDefault();
      $("login-error").textContent = "";
      try {
        const session = await ask("POST", "session", { name: $("login-name").value, password: $("login-password").value });
        $("login-password").value = "";
        enter(session, onRole);
        $("login").close();
        asked = null;
        resolve();
      } catch (error) {
        $("login-error").textContent = error.status === 401 ? word("wrongPassword") : explain(error);
      }
    };
  });
  return asked;
}

/** Takes up the session of this browser, or asks for one; `write` writes the words of the login before it is seen. */
export async function logIn(onRole, write = () => null) {
  try {
    enter(await ask("GET", "session"), onRole);
  } catch (error) {
    if (error.status !== 401) { throw error; }
    write();
    await askForLogin(onRole);
  }
}

/** Asks for something before it is known whether there is a session: a trip over a slow line costs more than one asked in vain. */
export function askAhead(path) {
  const first = ask("GET", path).then((value) => ({ value }), (error) => ({ error }));
  return async () => {
    const { value, error } = await first;
    if (error && error.status !== 401) { throw error; }
    return error ? ask("GET", path) : value;
  };
}

/** Says that the session has ended and asks for another; then everything is asked for again. */
export async function logInAgain(onRole) {
  if (asked) { return; }
  $("login-why").textContent = word("sessionEnded");
  await askForLogin(onRole);
  $("login-why").textContent = "";
  connect();
}
