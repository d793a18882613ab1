// Drives uploads: the file goes by HTTP in parts (tus protocol, lib/tus), the page is told how far it is.
const chunkBytes = 8 * 1024 * 1024;
const retryDelays = [0, 1000, 3000, 5000, 10000, 20000, 30000];
const betweenNews = 250; // ms
const speedWindow = 8000; // ms that the speed is measured over

// The library is an ordinary script and only needed here: loaded once, when the first page asks.
let library;
const load = (address) =>
  (library ??= new Promise((resolve, reject) => {
    if (window.tus) return resolve();
    const script = document.createElement('script');
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => {
      library = undefined;
      reject(new Error('script'));
    };
    document.head.append(script);
  }));

// What the server says is wrong, in its own words; nothing where no server answered.
const reasonOf = (error) => {
  const answer = error?.originalResponse;
  if (!answer) return { status: 0, detail: '' };
  try {
    const problem = JSON.parse(answer.getBody());
    return { status: answer.getStatus(), detail: problem.detail ?? problem.title ?? '' };
  } catch {
    return { status: answer.getStatus(), detail: '' };
  }
};

// A component's hold on its file input and drop zone. page: calls back into the component.
export async function open(box, page, options) {
  const input = box.querySelector('input[type=file]');
  const gone = new AbortController();
  let upload = null;
  let samples = [];
  let told = 0;

  const tell = (method, ...values) => page.invokeMethodAsync(method, ...values).catch(() => {}); // the circuit may be away: the file goes on
  const progress = (sent, total, surely = false) => {
    const now = performance.now();
    samples.push([now, sent]);
    while (samples.length > 2 && now - samples[0][0] > speedWindow) samples.shift();
    if (!surely && now - told < betweenNews && sent < total) return;
    told = now;
    const [since, from] = samples[0];
    const speed = now > since ? ((sent - from) * 1000) / (now - since) : 0;
    tell('OnProgress', sent, total, speed);
  };

  const begin = async (file) => {
    if (upload || !file) return;
    if (file.size > options.maxBytes) return tell('OnTooLarge', file.name, file.size);
    await tell('OnChosen', file.name, file.size);
    try {
      await load(options.library);
    } catch {
      return tell('OnFailed', 0, '');
    }
    samples = [];
    upload = new tus.Upload(file, {
      endpoint: options.endpoint,
      chunkSize: chunkBytes,
      retryDelays,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name },
      // A request in the way, a server that starts anew, or a burst: tried again. What the server refuses is not.
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status >= 500 ? status !== 507 : status === 423 || status === 429 || status === 408 || (status === 409 && error.originalRequest?.getMethod() === 'PATCH');
      },
      onProgress: (sent, total) => progress(sent, total),
      onChunkComplete: (_, sent, total) => progress(sent, total, true),
      onUploadUrlAvailable: () => tell('OnAddress', upload.url.split('/').pop()),
      onError: (error) => {
        upload = null;
        input.value = '';
        const { status, detail } = reasonOf(error);
        tell('OnFailed', status, detail);
      },
      onSuccess: () => {
        const id = upload.url.split('/').pop();
        upload = null;
        input.value = '';
        tell('OnSent', id);
      },
    });
    // The same file was begun before, on this page or an earlier one: go on where it is.
    const earlier = await upload.findPreviousUploads();
    if (earlier.length > 0) upload.resumeFromPreviousUpload(earlier.sort((a, b) => b.creationTime.localeCompare(a.creationTime))[0]);
    upload.start();
  };

  input.addEventListener('change', () => begin(input.files[0]), { signal: gone.signal });
  const zone = box.querySelector('.drop');
  const over = (on) => (e) => {
    if (!e.dataTransfer?.types?.includes('Files')) return;
    e.preventDefault();
    zone.classList.toggle('over', on);
  };
  zone.addEventListener('dragenter', over(true), { signal: gone.signal });
  zone.addEventListener('dragover', over(true), { signal: gone.signal });
  zone.addEventListener('dragleave', over(false), { signal: gone.signal });
  zone.addEventListener(
    'drop',
    (e) => {
      over(false)(e);
      begin(e.dataTransfer?.files?.[0]);
    },
    { signal: gone.signal },
  );

  return {
    choose: () => input.click(),
    pause: () => upload?.abort(),
    resume: () => {
      samples = [];
      upload?.start();
    },
    // Ends it for good: here, on the server, and in what the browser remembers of it.
    async cancel() {
      const ended = upload;
      upload = null;
      input.value = '';
      try {
        await ended?.abort(true);
      } catch {
        /* the server removes it when it expires */
      }
    },
    close() {
      gone.abort();
      upload?.abort();
      upload = null;
    },
  };
}
