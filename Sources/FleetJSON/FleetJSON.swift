// Module FleetJSON.
