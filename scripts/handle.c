/* SPDX-License-Identifier: GPL-3.0-or-later */
/* handle.c - handles: userdata that stand for objects of a simulation. */
#include "scripts/bind.h"

#include <string.h>

/* Keys of the registry; their addresses count. */
static const char scenes_key; /* weak table: scene pointer -> userdata */

static const struct handle_class *const classes[N_KINDS] = {
    [KIND_SIM] = &scene_class, [KIND_HOST] = &host_class, [KIND_DEVICE] = &device_class,
    [KIND_LINK] = &link_class, [KIND_PROCESS] = &process_class, [KIND_SOCKET] = &socket_class,
};

/* ---- methods and properties ---- */

static _Noreturn void raise_no_member(lua_State *L, const struct handle_class *c, const char *key)
{
    const char *names[64];
    unsigned n = 0;
    for (const luaL_Reg *m = c->methods; m->name; m++) names[n++] = m->name;
    for (const char *const *p = c->properties; *p; p++) names[n++] = *p;
    names[n] = NULL;
    lua_raisef(L, "a %s has no \"%s\"%s", c->name, key, lua_push_suggestion(L, key, names));
}

static int handle_index(lua_State *L)
{
    const struct handle_class *c = lua_touserdata(L, lua_upvalueindex(2));
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    const char *key = lua_push_key(L, 2);
    for (unsigned i = 0; c->properties[i]; i++)
        if (!strcmp(c->properties[i], key)) {
            c->get(L, handle_check(L, 1, c), i);
            return 1;
        }
    raise_no_member(L, c, key);
}

static int handle_newindex(lua_State *L)
{
    const struct handle_class *c = lua_touserdata(L, lua_upvalueindex(2));
    lua_raisef(L, "a %s has no field \"%s\" to set", c->name, lua_push_key(L, 2));
}

static int handle_tostring(lua_State *L)
{
    const struct handle_class *c = lua_touserdata(L, lua_upvalueindex(2));
    struct handle *h = lua_touserdata(L, 1);
    lua_pushstring(L, c->name);
    if (h->scene->sim && c->properties[0] && !strcmp(c->properties[0], "name")) {
        c->get(L, h, 0);
        lua_pushfstring(L, "%s %s", c->name, lua_tostring(L, -1));
    }
    return 1;
}

static int scene_gc(lua_State *L)
{
    scene_close(((struct handle *) lua_touserdata(L, 1))->scene);
    return 0;
}

static void register_class(lua_State *L, const struct handle_class *c)
{
    static const luaL_Reg meta[] = {
        { "__index", handle_index }, { "__newindex", handle_newindex }, { "__tostring", handle_tostring },
        { NULL, NULL },
    };
    lua_newtable(L);
    lua_pushstring(L, c->name);
    lua_setfield(L, -2, "__name"); /* as Lua's own messages call it */
    lua_newtable(L);
    luaL_setfuncs(L, c->methods, 0);
    lua_pushlightuserdata(L, (void *) c);
    luaL_setfuncs(L, meta, 2);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable"); /* getmetatable() gives false */
    if (c == &scene_class) {
        lua_pushcfunction(L, scene_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, c);
}

void handle_register_classes(lua_State *L)
{
    for (unsigned i = 0; i < N_KINDS; i++) register_class(L, classes[i]);
}

void *handle_test(lua_State *L, int index, const struct handle_class *c)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, c);
    bool is_one = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return is_one ? lua_touserdata(L, index) : NULL;
}

static const char *type_of(lua_State *L, int index)
{
    for (unsigned i = 0; i < N_KINDS; i++)
        if (handle_test(L, index, classes[i])) return classes[i]->name;
    return luaL_typename(L, index);
}

void *handle_check(lua_State *L, int index, const struct handle_class *c)
{
    struct handle *h = handle_test(L, index, c);
    const char *mend = index == 1 ? " (is the call written with a colon?)" : c->kind == KIND_DEVICE ? "; write host:nic \"eth0\"" : "";
    if (!h) lua_raisef(L, "argument %d must be a %s, not a %s%s", index, c->name, type_of(L, index), mend);
    if (!h->scene->sim) lua_raisef(L, "this %s belongs to a finished simulation", c->name);
    return h;
}

/* ---- anchors ---- */

static void push_anchors(lua_State *L, struct scene *scene)
{
    scene_push(L, scene);
    lua_getiuservalue(L, -1, 1);
    lua_remove(L, -2);
}

static void *new_userdata(lua_State *L, struct scene *scene, const struct handle_class *c, size_t size, int n_values)
{
    struct handle *h = lua_newuserdatauv(L, size, n_values);
    memset(h, 0, size);
    h->scene = scene;
    scene_push(L, scene);
    lua_setiuservalue(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, c);
    lua_setmetatable(L, -2);
    return h;
}

void handle_anchor(lua_State *L, struct scene *scene, const void *key, int index)
{
    index = lua_absindex(L, index);
    push_anchors(L, scene);
    lua_pushvalue(L, index);
    lua_rawsetp(L, -2, key);
    lua_pop(L, 1);
}

void handle_find(lua_State *L, struct scene *scene, const void *key)
{
    push_anchors(L, scene);
    lua_rawgetp(L, -1, key);
    lua_remove(L, -2);
}

void handle_forget(lua_State *L, struct scene *scene, const void *key)
{
    push_anchors(L, scene);
    lua_pushnil(L);
    lua_rawsetp(L, -2, key);
    lua_pop(L, 1);
}

void *handle_push(lua_State *L, struct scene *scene, const struct handle_class *c, void *ptr, size_t size)
{
    luaL_checkstack(L, 6, NULL);
    handle_find(L, scene, ptr);
    if (!lua_isnil(L, -1)) return lua_touserdata(L, -1);
    lua_pop(L, 1);
    struct handle *h = new_userdata(L, scene, c, size, 1);
    h->ptr = ptr;
    handle_anchor(L, scene, ptr, -1);
    return h;
}

void *handle_new(lua_State *L, struct scene *scene, const struct handle_class *c, size_t size, int n_values)
{
    luaL_checkstack(L, 6, NULL);
    void *h = new_userdata(L, scene, c, size, n_values);
    handle_anchor(L, scene, h, -1);
    return h;
}

/* ---- scenes ---- */

struct scene *scene_push_new(lua_State *L)
{
    struct handle_and_scene {
        struct handle handle;
        struct scene scene;
    } *s = lua_newuserdatauv(L, sizeof *s, 1);
    memset(s, 0, sizeof *s);
    s->handle.scene = &s->scene;
    s->scene.flows_tail = &s->scene.flows;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &scene_class);
    lua_setmetatable(L, -2);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &scenes_key) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_createtable(L, 0, 1);
        lua_pushliteral(L, "v");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &scenes_key);
    }
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, &s->scene);
    lua_pop(L, 1);
    return &s->scene;
}

void scene_push(lua_State *L, struct scene *scene)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &scenes_key);
    lua_rawgetp(L, -1, scene);
    lua_remove(L, -2);
}
