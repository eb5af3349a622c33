/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind.h - what the files of the Lua binding share.
 *
 * A simulation is a userdata, the scene.  Everything in it (host, device, link, process, socket) is a handle: a
 * userdata that keeps the scene alive and whose address the scene's anchor table maps to it, so that one object
 * has one handle.  The anchors hang off the scene, not off Lua's registry: a scene that the script has dropped is
 * collected with its processes.
 */
#pragma once
#include "scripts/run.h"

struct flow;

/* One simulation, as the script sees it. */
struct scene {
    NetsimSim *sim;          /* NULL: finished */
    struct run *run;
    unsigned number;         /* 1, 2 ... in the order of netsim.new() */
    lua_State *running;      /* the Lua state that called sim:run(), else NULL */
    bool has_run, is_closing;
    bool has_failed, is_over; /* an error ends the run; has ended it */
    bool is_unlimited;       /* sim:run() is running, and no time ends it */
    bool has_captures;
    unsigned n_probing;      /* probes whose functions run */
    unsigned n_shells;       /* output functions of host:sh that run: the shells go on when they return */
    struct observer *observers; /* observe.h */
    struct flow *flows, **flows_tail; /* one a process that host:spawn() made */
    struct task *tasks;      /* processes that have not exited */
    struct timed_call *calls; /* of sim:at() */
};

enum kind { KIND_SIM, KIND_HOST, KIND_DEVICE, KIND_LINK, KIND_PROCESS, KIND_SOCKET, N_KINDS };

/* Every handle begins with this. */
struct handle {
    struct scene *scene;
    void *ptr;               /* the library's object */
};

/* What a kind of handle can do; static. */
struct handle_class {
    enum kind kind;
    const char *name;        /* "host" */
    const luaL_Reg *methods;
    const char *const *properties; /* NULL-terminated */
    /* Push the value of a property; @i is its place in properties. */
    void (*get)(lua_State *L, struct handle *handle, unsigned i);
};

/* ---- args.c: arguments and errors ---- */

struct run *run_of(lua_State *L);

/** The script's innermost statement that @from executes: its source ("@FILE") and currentline.  false: there is none */
bool lua_find_place(lua_State *from, lua_Debug *ar);
/** Push "FILE:LINE: " of it, "" if there is none. */
void lua_push_where(lua_State *L);
/** The error at the top of @L, which @from has raised, becomes a text with a place if it is none: error({}). */
void lua_name_error(lua_State *L, lua_State *from);
/** Raise @error's message at the script's line; frees it.  Remembers the exit code. */
_Noreturn void lua_raise(lua_State *L, GError *error);
/** Raise a message at the script's line. */
_Noreturn void lua_raisef(lua_State *L, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** The string at @index, without zero bytes; @what names it in errors. */
const char *lua_check_text(lua_State *L, int index, const char *what);
/** The key at @index as text, for messages; pushed, and returned. */
const char *lua_push_key(lua_State *L, int index);
/** ", did you mean "x"?", or "" if nothing is near; pushed, and returned. */
const char *lua_push_suggestion(lua_State *L, const char *word, const char *const *names);

/** The table at the top raises when a field is read that is none of the names of the set which @push_names pushes, once
 *  for each @what: a static text, by its address.  One of them that is absent reads nil. */
void lua_guard_fields(lua_State *L, const char *what, void (*push_names)(lua_State *L));

/** Quantities: a number in SI units or a string with a unit.  @what names it in errors. */
netsim_time lua_to_time(lua_State *L, int index, const char *what);
uint64_t lua_to_rate(lua_State *L, int index, const char *what);
uint64_t lua_to_size(lua_State *L, int index, const char *what);
/** Is it a number without a fraction?  15.0 is 15. */
bool lua_to_whole(lua_State *L, int index, lua_Integer *n);

enum option_kind {
    OPTION_TIME,        /* netsim_time */
    OPTION_RATE,        /* uint64_t, bit/s */
    OPTION_PROBABILITY, /* double; "1%" too */
    OPTION_COUNT,       /* uint32_t */
    OPTION_BOOL,        /* bool */
    OPTION_STRING,      /* const char *, as long as the table lives */
    OPTION_OTHER,       /* known, read by the caller; no target */
};
struct option {
    const char *name;
    enum option_kind kind;
    void *to;
};
/** Read the table at @index.  Absent keys leave their target; unknown ones are refused, with the nearest name. */
void lua_read_options(lua_State *L, int index, const char *what, const struct option *options);

/* ---- handle.c ---- */

/** Make the metatables of all classes. */
void handle_register_classes(lua_State *L);
/** Push the handle of @ptr, made (of @size bytes, zeroed but for its head) if there is none. @return it */
void *handle_push(lua_State *L, struct scene *scene, const struct handle_class *c, void *ptr, size_t size);
/** Push a handle with @n_values user values (1 is the scene's) that is anchored under its own address. */
void *handle_new(lua_State *L, struct scene *scene, const struct handle_class *c, size_t size, int n_values);
/** Push the handle which is anchored under @key, or nil. */
void handle_find(lua_State *L, struct scene *scene, const void *key);
/** Anchor the value at @index under @key. */
void handle_anchor(lua_State *L, struct scene *scene, const void *key, int index);
/** The script's reference alone keeps it from now on. */
void handle_forget(lua_State *L, struct scene *scene, const void *key);
/** The handle at @index, checked for its kind and for a simulation that still exists. */
void *handle_check(lua_State *L, int index, const struct handle_class *c);
/** The same, NULL if it is of another kind; never raises. */
void *handle_test(lua_State *L, int index, const struct handle_class *c);

/** Push a new scene. */
struct scene *scene_push_new(lua_State *L);
/** Push the userdata of @scene. */
void scene_push(lua_State *L, struct scene *scene);

/* ---- one topic each: their classes and functions ---- */

extern const struct handle_class scene_class, host_class, device_class, link_class, process_class, socket_class;
extern const luaL_Reg netsim_functions[];  /* of the module; prelude/ has the rest */
extern const luaL_Reg prelude_functions[]; /* what prelude/ is made of */
int host_push(lua_State *L, struct scene *scene, NetsimHost *host);
int device_push(lua_State *L, struct scene *scene, NetsimDevice *device);
/** Push the set of socket:info()'s names. */
void tcp_info_push_names(lua_State *L);
int bind_link(lua_State *L);    /* sim:link() */
int bind_capture(lua_State *L); /* sim:capture() */
int bind_spawn(lua_State *L);   /* host:spawn() */
int bind_sh(lua_State *L);      /* host:sh() */
int bind_congestion_control(lua_State *L); /* host:congestion_control() */
/** Now and @period more: TIME_MAX is never reached. */
netsim_time scene_after(const struct scene *scene, netsim_time period);
/** --until or --at, whichever is earlier, but not the past. */
netsim_time scene_limit(const struct scene *scene);
/** Run @scene up to @until; raises its errors. */
void scene_advance(lua_State *L, struct scene *scene, netsim_time until);
/** --capture: every device, or the one that was named, at the start of a run. */
void capture_as_asked(lua_State *L, struct scene *scene);
/** Call the function below the @n_args values at the top; an error ends the run.  @is_fresh: not within a process. */
void scene_call(struct scene *scene, lua_State *L, int n_args, bool is_fresh);
/** Raise if a probe is calling: it may look at the simulation, not change it. */
void scene_refuse_in_probe(lua_State *L, const struct scene *scene, const char *what);
/** Free the simulation, after its share of the report was taken. */
void scene_close(struct scene *scene);

/* ---- sandbox.c ---- */

/** A Lua state in which nothing but the simulation and the script's folder exists. NULL (said why): no memory */
lua_State *sandbox_new(struct run *run);
/** Push the `os` table that processes are given. */
void sandbox_push_os(lua_State *L);
/** The text of a Lua file, its first line blank if that begins with '#'; not a binary one. Free with g_free(). */
char *sandbox_read_script(const char *path, gsize *length, GError **error);
/** The path of the file @name, which lies beside the script or below; NULL if it would lie elsewhere. */
char *sandbox_input_path(struct run *run, const char *name, GError **error);
/** The path of the file @name under the output directory, which is made; NULL if it would lie elsewhere. */
char *sandbox_output_path(struct run *run, const char *name, GError **error);

/* ---- json.c ---- */

/** The value at @index as JSON.  @return NULL, or what cannot be written (a function, a cycle) */
const char *json_lua_value(lua_State *L, int index, GString *out);
