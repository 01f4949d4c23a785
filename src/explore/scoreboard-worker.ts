import { hunt } from './scoreboard.ts';
import { serve } from './threads.ts';

serve(hunt);
