;;; drive.el --- one story in Emacs, told as a line of JSON -*- lexical-binding: t -*-

;; SCENARIO in the environment: an object with `server` (command line), `options` (of initialize),
;; `snippet` (a file of Lisp), `file`, `line` (of the function) and `steps`, a list of lists:
;;   ["synthd", COMMAND]   the snippet's command for the function
;;   ["action"]            M-x eglot-code-actions
;;   ["type", TEXT]        at the end of the buffer
;;   ["state", STATE]      wait for it
;;   ["text", TEXT]        wait until the buffer has it
;;   ["look"]              tell the buffer's text
;;   ["undo"]
;; `answers`: what is typed, one after the other, wherever Emacs asks; `told`: where the story goes.
;; Not for --batch: there eglot's idle timers never run.

(require 'cl-lib)
(require 'json)
(unless (locate-library "eglot") (package-initialize))
(require 'eglot)

(defvar drive-states nil)
(defvar drive-seen nil)
(defvar drive-answers nil)
(defvar drive-scenario
  (json-parse-string (getenv "SCENARIO") :object-type 'plist :array-type 'list))

(defun drive-get (key) (plist-get drive-scenario key))

(defun drive-wait (what holds)
  "Wait until HOLDS; WHAT is said where it never does."
  (let ((end (time-add nil 20)) (rounds 0))
    (while (not (funcall holds))
      (when (time-less-p end nil) (error "Never came: %s; states %S" what drive-states))
      (when (zerop (mod (cl-incf rounds) 10)) (drive-stir))
      (accept-process-output nil 0.02)
      (sit-for 0.05))))

(defun drive-stir ()
  "Make the server say something: Emacs 28 leaves what came with an answer until more comes."
  (jsonrpc-async-request
   (eglot-current-server) :workspace/executeCommand
   '(:command "synthd.jobs" :arguments [])
   :success-fn #'ignore))

(defun drive-answer ()
  "Give the next answer. Typed space by space it would be completed."
  (delete-minibuffer-contents)
  (insert (or (pop drive-answers) ""))
  (push ?\r unread-command-events))
(add-hook 'minibuffer-setup-hook #'drive-answer)

(cl-defmethod eglot-handle-notification :before
  (_server (_method (eql synthd/job)) &key state &allow-other-keys)
  (push state drive-states))

(defun drive-step (step)
  (pcase step
    (`("synthd" ,command) (synthd command))
    (`("action")
     (setq last-nonmenu-event ?x) ; menus are for the keyboard
     (eglot-code-actions (point) nil nil t))
    (`("type" ,text) (save-excursion (goto-char (point-max)) (insert text)) (undo-boundary))
    (`("state" ,state) (drive-wait state (lambda () (equal (car drive-states) state))))
    (`("text" ,text) (drive-wait text (lambda () (string-search text (buffer-string)))))
    (`("look") (push (buffer-substring-no-properties (point-min) (point-max)) drive-seen))
    (`("undo") (undo-boundary) (undo-only 1) (undo-boundary))))

(defun drive ()
  (load (drive-get :snippet) nil t)
  (setq eglot-server-programs
        `((python-mode . (,@(drive-get :server)
                          :initializationOptions ,(drive-get :options))))
        eglot-events-buffer-size 100000
        eglot-sync-connect t
        eglot-connect-timeout 60
        eglot-confirm-server-initiated-edits nil
        drive-answers (drive-get :answers))
  (find-file (drive-get :file))
  (goto-char (point-min))
  (forward-line (drive-get :line))
  (call-interactively #'eglot)
  (mapc #'drive-step (drive-get :steps))
  (let ((diff (get-buffer "*synthd*")))
    (list :states (vconcat (reverse drive-states))
          :seen (vconcat (reverse drive-seen))
          :diff (if diff (with-current-buffer diff (buffer-string)) ""))))

(defun drive-tell (story)
  (let ((messages (with-current-buffer (messages-buffer) (buffer-string))))
    (with-temp-file (drive-get :told)
      (insert (json-encode (append story (list :messages messages)))))))

(defun drive-events ()
  "What eglot said and heard."
  (let ((server (eglot-current-server)))
    (if server (with-current-buffer (jsonrpc-events-buffer server) (buffer-string)) "")))

(defun drive-all ()
  (drive-tell (condition-case problem
                  (drive)
                (error (list :failure (format "%S %S" problem unread-command-events) :events (drive-events)))))
  (when (eglot-current-server) (eglot-shutdown (eglot-current-server) nil 20))
  (set-buffer-modified-p nil)
  (kill-emacs))

(run-with-timer 0.1 nil #'drive-all)
