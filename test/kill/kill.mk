# The kill points: the shim that counts the agent's acts, and a program that spawns later jobs.

KILL = $(B)/kill/acts.so $(B)/kill/spawn

kill-tools: $(KILL)

# The flow tests take a sample, in whatever way the rest was built.
units check-flow: kill-tools

$(B)/kill/acts.so: test/kill/acts.c
	@mkdir -p $(@D)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(CPPFLAGS) -std=c11 -O2 -g $(WARNINGS) -fPIC -fvisibility=hidden -shared -o $@ $< -ldl

$(B)/kill/spawn: $(B)/obj/test/kill/spawn.o $(B)/house.a
	@mkdir -p $(@D)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $(B)/obj/test/kill/spawn.o $(B)/house.a $(HOUSE_LIB)

check-kill: all kill-tools ## the agent killed at every act of every scenario, alone
	@B=$(B) sh test/long/40-kill-points.sh

.PHONY: kill-tools check-kill
